# SPDX-License-Identifier: MIT
"""Collects the license texts of all that is in a bundle, and refuses a bundle that holds a package without one.

Run by build.py with the Python of the build environment; `python packaging/licences.py BUNDLE` does it alone.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from parts import METADATA

ROOT: Final = Path(__file__).parents[1]
TEXTS: Final = Path(__file__).parent / "texts"  #: what the packages themselves fail to bring
IS_LICENSE: Final = re.compile(r"(^|[-_./ ])(licen[cs]e|copying|notice|authors|ofl|legal code)", re.IGNORECASE)
NOT_A_TEXT: Final = (".py", ".pyc", ".so", ".pyd")
#: Folders and modules of the interpreter and of PyInstaller's boot loader.
NO_PACKAGE: Final = re.compile(r"(\.libs|\.dist-info|-dynload)$|^(python3|_sysconfigdata|_?pyi_rth|pyimod)")
OWN: Final = frozenset({"engine", "ui", "resources", "main", "LICENSES"})
SHARED_BY: Final = {"shiboken6": "PySide6-Essentials"}  #: whose texts stand for it
README: Final = """\
What Attractor is made of
=========================

Attractor itself is under the MIT license. With it come the packages below, each under its own terms; the texts lie in the
folder of the same name. PySide6-Essentials/NOTICE.txt tells where Qt's sources are and how its libraries are exchanged.

"""


@dataclass(frozen=True)
class Part:
    """Something bundled: its name, version, license in a few words, and its texts (name in the folder: file)."""

    name: str
    version: str
    terms: str
    texts: Mapping[str, Path]


class LicenseMissing(Exception):
    """Something is bundled whose terms nobody knows."""


def parts(bundle: Path) -> list[Part]:
    """All that the bundle holds. Raises LicenseMissing for a package without a text or that no distribution owns."""
    used = sorted({*distributions(bundle), *_carried()}, key=str.lower)
    found = [_own(), _python(), *map(distribution, used), *_system(bundle)]
    if bare := [part.name for part in found if not part.texts]:
        raise LicenseMissing(f"without a license text: {', '.join(bare)}")
    return found


def distributions(bundle: Path) -> set[str]:
    """The distributions whose modules lie in the bundle. Raises LicenseMissing for a module that none owns."""
    owners = metadata.packages_distributions()
    found: set[str] = set()
    for name in top_level(bundle):
        if name in OWN:  # where the app is installed beside, it is a distribution too
            continue
        if name in owners:
            found.update(owners[name])
        elif name not in sys.stdlib_module_names:
            raise LicenseMissing(f"no distribution owns the bundled “{name}”")
    return found


def top_level(bundle: Path) -> set[str]:
    """The names under which the bundle's packages and modules are imported."""
    names: set[str] = set()
    for path in inner(bundle).iterdir():
        if path.is_dir() and any(path.rglob("*.pyc")) | any(path.rglob("*.so")) | any(path.rglob("*.pyd")):
            names.add(path.name)
        elif path.suffix in (".pyc", ".pyd") or ".cpython-" in path.name:
            names.add(path.name.split(".")[0])
    return {name for name in names if not NO_PACKAGE.search(name)}


def inner(bundle: Path) -> Path:
    """The folder of the bundle that holds its modules."""
    mac = bundle / "Contents" / "Frameworks"
    return mac if mac.is_dir() else bundle / "_internal"


def distribution(name: str) -> Part:
    """A distribution of this environment, with its texts. Raises PackageNotFoundError."""
    found = metadata.distribution(name)
    texts: dict[str, Path] = {}
    for file in found.files or ():
        path = Path(str(found.locate_file(file)))
        if IS_LICENSE.search(str(file)) and not path.name.endswith(NOT_A_TEXT) and path.is_file():
            texts[_short(str(file))] = path
    name = _canonical(name)
    texts.update({file.name: file for file in sorted((TEXTS / SHARED_BY.get(name, name)).glob("*.txt"))})
    return Part(name, found.version, _terms(found.metadata), texts)


def write(bundle: Path, found: list[Part]) -> int:
    """Write LICENSES into the bundle; returns how many texts there are."""
    folder = inner(bundle) / "LICENSES"
    shutil.rmtree(folder, ignore_errors=True)
    for part in found:
        for name, text in part.texts.items():
            target = folder / part.name / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.read_bytes().replace(b"{version}", part.version.encode()))
    rows = [f"{part.name:24} {part.version:14} {part.terms}\n" for part in found]
    (folder / "README.txt").write_text(README + "".join(rows), encoding="utf-8")
    if sys.platform == "linux":
        seen = bundle / "LICENSES"
        seen.unlink(missing_ok=True)
        seen.symlink_to(folder.relative_to(bundle))
    return sum(len(part.texts) for part in found)


def _carried() -> Iterator[str]:
    """Distributions that are in every bundle, though no module may show it: the boot loader, Qt's own package."""
    yield from ("pyinstaller", "PySide6_Essentials", "shiboken6")


def _canonical(name: str) -> str:
    """The name as parts.METADATA spells it."""
    plain = {re.sub("[-_.]+", "-", known).lower(): known for known in METADATA}
    return plain.get(re.sub("[-_.]+", "-", name).lower(), name)


def _short(file: str) -> str:
    """The text's place in its folder: without the name of the dist-info."""
    return re.sub(r"^[^/]*\.dist-info/(licenses/)?", "", file)


def _terms(about: metadata.PackageMetadata) -> str:
    plain = (about.get("License-Expression") or about.get("License") or "").strip()
    classified = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    return plain if 0 < len(plain) < 80 and "\n" not in plain else ", ".join(classified) or "see its texts"


def _own() -> Part:
    sys.path.insert(0, str(ROOT))
    from engine.protocol.version import APP

    texts = {"LICENSE.txt": ROOT / "LICENSE", "Inter-OFL.txt": ROOT / "resources" / "fonts" / "OFL.txt"}
    return Part("Attractor", APP, "MIT; the typeface Inter: OFL-1.1", texts)


def _python() -> Part:
    home = Path(sys.base_prefix)
    places = [home / "LICENSE.txt", home / f"lib/python3.{sys.version_info.minor}/LICENSE.txt"]
    version = ".".join(map(str, sys.version_info[:3]))
    return Part("Python", version, "PSF-2.0", {file.name: file for file in places if file.is_file()})


def _system(bundle: Path) -> Iterator[Part]:
    """Libraries of the build machine that lie in the bundle (Debian knows whose each is)."""
    if not shutil.which("dpkg-query"):
        return
    owned: set[str] = set()
    for file in inner(bundle).glob("*.so*"):
        if "cpython-" not in file.name and not file.name.startswith("libpython") and not file.is_symlink():
            listed = subprocess.run(["dpkg-query", "-S", f"*/{file.name}"], capture_output=True, text=True, check=False).stdout
            if not listed:
                raise LicenseMissing(f"no package of this machine owns the bundled {file.name}")
            owned.add(listed.partition(":")[0])
    for name in sorted(owned):
        said = subprocess.run(["dpkg-query", "-W", "-f=${Version}", name], capture_output=True, text=True, check=True).stdout
        text = Path("/usr/share/doc", name, "copyright")
        yield Part(name, said, "a library of the system, see its text", {"copyright": text} if text.is_file() else {})


if __name__ == "__main__":
    there = Path(sys.argv[1])
    print(f"{write(there, parts(there))} license texts")
