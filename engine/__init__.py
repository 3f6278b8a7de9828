# SPDX-License-Identifier: MIT
"""The engine: everything that computes. It knows no Qt; the window imports only `engine.protocol`."""
