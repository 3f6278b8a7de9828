# SPDX-License-Identifier: MIT
"""Sweeps, without torch: what one asks for, the cells that follow from it, and the table of their figures."""
