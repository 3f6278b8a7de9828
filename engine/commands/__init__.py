# SPDX-License-Identifier: MIT
"""The commands that need no window, one file each: `main(options)` returns the exit code and raises CommandError."""

import os

if not os.environ.get("TORCH_LOGS", "-"):  # PyTorch 2.13 cannot be imported where it is set and empty
    del os.environ["TORCH_LOGS"]
