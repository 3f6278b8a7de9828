# SPDX-License-Identifier: MIT
"""How large a bundle is, and what its ten largest parts are for."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Final

#: (how a part's paths begin inside the bundle, its name, what it is for); the first that fits counts.
PARTS: Final = (
    ("torch/lib/libtorch_cpu", "libtorch_cpu", "PyTorch's tensors, gradients and kernels, for processors"),
    ("torch/lib/libtorch_python", "libtorch_python", "PyTorch's door to Python"),
    ("torch/lib", "torch, other libraries", "threads, memory, allocators of PyTorch"),
    ("torch", "torch, Python modules", "the part of PyTorch written in Python"),
    ("functorch", "torch, Python modules", ""),
    ("numpy.libs", "OpenBLAS for NumPy", "linear algebra of the closed forms"),
    ("scipy.libs", "OpenBLAS for SciPy", "what scipy.io pulls in"),
    ("numpy", "NumPy", "arrays on both sides of the pipe"),
    ("scipy", "SciPy", "reads the Olivetti faces (.mat)"),
    ("PySide6/Qt/lib/libicu", "ICU", "scripts, locales and collation of Qt"),
    ("libicu", "ICU", "scripts, locales and collation of Qt"),
    ("PySide6/Qt/plugins", "Qt plugins", "screens (xcb, wayland, offscreen), SVG and image formats"),
    ("PySide6/Qt", "Qt libraries", "window, widgets, painting, SVG"),
    ("PySide6", "PySide6", "Python's door to Qt"),
    ("shiboken6", "PySide6", ""),
    ("sympy", "SymPy", "torch imports it"),
    ("mpmath", "SymPy", ""),
    ("networkx", "networkx", "torch imports it"),
    ("pyqtgraph", "pyqtgraph", "axes and curves"),
    ("PIL", "Pillow", "pictures of the user"),
    ("pillow.libs", "Pillow", ""),
    ("resources", "resources", "chapters, fonts, icons, digits"),
    ("ziamath", "ziamath", "formulas"),
    ("ziafont", "ziamath", ""),
    ("LICENSES", "licenses", "the texts of all packages"),
    ("libpython", "Python", "the interpreter"),
    ("base_library", "Python", ""),
    ("python3", "Python", ""),
    ("engine", "Attractor", "the app itself"),
    ("ui", "Attractor", ""),
)


def megabytes(folder: Path) -> float:
    """What the files take, in MB of 10^6 bytes; links count nothing."""
    return sum(_sizes(folder).values()) / 1e6


def report(bundle: Path, rows: int = 10) -> str:
    """The largest parts of a bundle, each with its size and purpose, as lines."""
    purpose = {name: why for _, name, why in reversed(PARTS) if why}
    total: Counter[str] = Counter()
    for path, size in _sizes(bundle).items():
        total[_part(path.removeprefix("_internal/").removeprefix("Contents/Frameworks/"))] += size
    lines = [f"{size / 1e6:8.1f} MB  {name:24} {purpose.get(name, '')}" for name, size in total.most_common(rows)]
    return "\n".join([f"{megabytes(bundle):8.1f} MB  unpacked, of these:", *lines])


def _part(path: str) -> str:
    return next((name for start, name, _ in PARTS if path.startswith(start)), "other libraries and modules")


def _sizes(folder: Path) -> dict[str, int]:
    """Every plain file and its size in bytes."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return {file.relative_to(folder).as_posix(): file.stat().st_size for file in files}


if __name__ == "__main__":
    print(report(Path(sys.argv[1])))
