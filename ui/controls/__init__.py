# SPDX-License-Identifier: MIT
"""What a hand works: base widgets that know nothing of the engine, and the parts of the window made of them."""
