# SPDX-License-Identifier: MIT
"""A sweep on the screen: a map that fills, a child process that fills it, and the way from a cell to a live run."""
