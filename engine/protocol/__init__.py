# SPDX-License-Identifier: MIT
"""What the window may know of the engine: recipes, messages, words, chapters, the link. No torch, no scikit-learn."""
