# SPDX-License-Identifier: MIT
"""Who runs the cells of a sweep: engine processes, each driven over its pipe."""
