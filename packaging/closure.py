# SPDX-License-Identifier: MIT
"""Which libraries a bundle's files need and do not find, and what must never be in one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

#: May be missing, each for a reason: (library, file of the bundle that needs it).
ALLOWED: Final[tuple[tuple[str, str], ...]] = ()
FOREIGN: Final = re.compile(
    r"^(_internal/|Contents/Frameworks/)?(av|nvidia[^/]*|triton[^/]*)/"
    r"|lib(x26[45]|avcodec|avformat|cuda|cublas|cudnn|torch_cuda)[^/]*$"
)


def not_found(bundle: Path) -> set[tuple[str, str]]:
    """(library, file) for each library that the loader does not find, the allowed ones aside."""
    missing: set[tuple[str, str]] = set()
    for file in bundle.rglob("*"):
        if file.is_symlink() or not file.is_file() or not _is_program(file):
            continue
        listed = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False, env=_env(bundle)).stdout
        name = file.relative_to(bundle).as_posix()
        missing.update((line.split()[0], name) for line in listed.splitlines() if line.endswith("not found"))
    return {(library, file) for library, file in missing if not any(library == a and re.search(b, file) for a, b in ALLOWED)}


def foreign(bundle: Path) -> list[str]:
    """The files of a bundle that come from NVIDIA, triton or GPL codecs; license texts do not count."""
    names = (file.relative_to(bundle).as_posix() for file in bundle.rglob("*"))
    return sorted(name for name in names if FOREIGN.search(name) and "LICENSES/" not in name and ".dist-info/" not in name)


def _is_program(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def _env(bundle: Path) -> dict[str, str]:
    """As the boot loader starts the programs: the bundle's own folder is searched first."""
    return {"LD_LIBRARY_PATH": str(bundle / "_internal"), "PATH": "/usr/bin:/bin"}
