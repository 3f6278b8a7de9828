# SPDX-License-Identifier: MIT
"""Recipes: what the user chose, as frozen values. Every parameter is declared once, in the files of this folder."""
