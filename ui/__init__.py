# SPDX-License-Identifier: MIT
"""The window: it shows what the engine said, and says what the user edits. No torch, no arithmetic on model values."""
