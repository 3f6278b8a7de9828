# SPDX-License-Identifier: MIT
"""Models that leave the app: plain PyTorch that runs where only torch and numpy are."""
