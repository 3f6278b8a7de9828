# SPDX-License-Identifier: MIT
"""The bench: `python -m tests.bench` measures against reference loops in the same run. Only here is timing asserted."""
