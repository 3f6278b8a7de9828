# SPDX-License-Identifier: MIT
"""The app's version, once: packaging and hand-shake read it here."""

APP = "0.1.0"
