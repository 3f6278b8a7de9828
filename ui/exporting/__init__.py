# SPDX-License-Identifier: MIT
"""What one can take home: panels as pictures, curves as tables, the stage as a film."""
