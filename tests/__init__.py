# SPDX-License-Identifier: MIT
"""Tests: engine, ui, golden numbers, faults, the rules of the house (contracts), the whole app from outside (smoke, bench)."""
