# SPDX-License-Identifier: MIT
"""What every test has in common: no screen is needed."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
