# SPDX-License-Identifier: MIT
"""Data of the user's own: dropped or opened, read by a child, looked at, then played."""
