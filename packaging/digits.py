# SPDX-License-Identifier: MIT
"""Write resources/digits.npy from scikit-learn's copy, so that the app need not load scikit-learn. Run from the root."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits


def main() -> None:
    """1,797 rows of 64 pixels (0 … 16) and the digit, uint8, in a fixed permutation whose last 360 are the test set."""
    pixels, labels = load_digits(return_X_y=True)
    order = np.random.RandomState(0).permutation(len(labels))  # this legacy stream never changes
    np.save(Path("resources/digits.npy"), np.column_stack([pixels, labels])[order].astype(np.uint8))


if __name__ == "__main__":
    main()
