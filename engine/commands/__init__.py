# SPDX-License-Identifier: MIT
"""The commands that need no window, one file each: `main(options)` returns the exit code and raises CommandError."""
