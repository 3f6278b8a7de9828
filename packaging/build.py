# SPDX-License-Identifier: MIT
"""Builds the installers of this machine's system: `python packaging/build.py [--bundle-only]`.

A fresh environment, a frozen folder, its licenses and parts list, the artifacts, and the ten largest parts and their purposes.
All of it lies outside the checkout: in $ATTRACTOR_BUILD, or /opt/attractor-build where that can be written, or ~/.cache.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parent
sys.path.insert(0, str(ROOT))

from engine.protocol.version import APP  # noqa: E402

TORCH_INDEX: Final = "https://download.pytorch.org/whl/cpu"
LIMIT_MB: Final = {"unpacked": 750, "deb": 185}
WHEEL: Final = ("engine", "ui", "resources", "main.py", "pyproject.toml", "README.md", "LICENSE")  #: what it is made of
BINARIES: Final = Path("Scripts" if os.name == "nt" else "bin")


def main() -> int:
    """Build; returns the exit code: 1 where a budget is broken."""
    parser = argparse.ArgumentParser(description="Build the installers for this system.")
    parser.add_argument("--bundle-only", action="store_true", help="stop after the folder; pack nothing")
    parser.add_argument("--keep-environment", action="store_true", help="take the environment of the last build")
    asked = parser.parse_args()
    home = _home()
    began = time.monotonic()
    python = _environment(home / "venv", asked.keep_environment)
    _say(began, "environment ready; freezing")
    bundle = _frozen(python, home)
    _say(began, "frozen; licenses and parts list")
    _own_wheel(python, bundle)
    _run(python, HERE / "licences.py", bundle)
    _run(python, HERE / "sbom.py", bundle)
    from sizes import megabytes, report

    print(report(bundle))
    found = {"unpacked": megabytes(bundle)}
    if not asked.bundle_only and sys.platform == "linux":
        found.update(_packed(bundle, home / "out"))
    _say(began, ", ".join(f"{name} {size:.1f} MB" for name, size in found.items()))
    broken = [name for name, size in found.items() if size > LIMIT_MB.get(name, 2000)]
    for name in broken:
        print(f"over budget: {name} may be {LIMIT_MB[name]} MB")
    return 1 if broken else 0


def _home() -> Path:
    """Where environment, bundle and artifacts lie."""
    wished = os.environ.get("ATTRACTOR_BUILD")
    if wished is None and sys.platform == "linux" and os.access("/opt", os.W_OK):
        wished = "/opt/attractor-build"
    home = Path(wished) if wished else Path.home() / ".cache" / "attractor-build"
    (home / "out").mkdir(parents=True, exist_ok=True)
    return home


def _environment(folder: Path, keep: bool) -> Path:
    """A fresh environment with the CPU build of torch, the app's dependencies and PyInstaller; returns its Python."""
    python = (folder / BINARIES / "python").absolute()
    if keep and python.exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    needed = _dependencies()
    torch = next(line for line in needed if line.startswith("torch=="))
    # A wheelhouse may hold the CPU build; PyTorch's own index has it for certain.
    if subprocess.run([*install, f"{torch}+cpu"], check=False, stderr=subprocess.DEVNULL).returncode:
        subprocess.run([*install, torch, "--index-url", TORCH_INDEX], check=True)
    subprocess.run([*install, *needed, "pyinstaller==6.22.3", "pyinstaller-hooks-contrib==2026.9"], check=True)
    listed = subprocess.run([str(python), "-m", "pip", "list"], capture_output=True, text=True, check=True).stdout
    if foreign := [line for line in listed.splitlines() if line.startswith(("nvidia-", "triton"))]:
        sys.exit(f"this is torch's CUDA build: {foreign}")
    return python


def _dependencies() -> list[str]:
    import tomllib

    return list(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"])


def _frozen(python: Path, home: Path) -> Path:
    """Run PyInstaller; returns the folder of the bundle (on macOS, the app)."""
    words = ["-m", "PyInstaller", "--noconfirm", "--log-level=WARN", "--distpath", home / "dist", "--workpath", home / "work"]
    if sys.platform != "linux":
        _run(python, HERE / "pictures.py", home)
    _run(python, *words, HERE / "attractor.spec")
    bundle = home / "dist" / ("Attractor.app" if sys.platform == "darwin" else "attractor")
    if sys.platform == "linux":
        _stripped(bundle)
    return bundle


def _own_wheel(python: Path, bundle: Path) -> None:
    """The app itself as a wheel, 2 MB: “Use my GPU” installs this very version beside a PyTorch for CUDA."""
    from licences import inner

    with tempfile.TemporaryDirectory() as folder:
        for name in WHEEL:  # setuptools builds where the sources lie, and the checkout stays as it is
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile)(ROOT / name, Path(folder) / name)
        _run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", inner(bundle) / "wheels", folder)


def _stripped(bundle: Path) -> None:
    """Take the symbols for debuggers and linkers out of the libraries; those for the loader stay.

    Those in *.libs are left alone: patchelf has rewritten them, and `strip` then breaks their alignment (libgfortran does
    not load any more).
    """
    for file in sorted(bundle.rglob("*.so*")):
        if not file.is_symlink() and file.parent.suffix != ".libs":
            subprocess.run(["strip", "--strip-unneeded", str(file)], check=False, stderr=subprocess.DEVNULL)


def _packed(bundle: Path, out: Path) -> dict[str, float]:
    """Both Linux artifacts; their sizes in MB."""
    from linux import deb, portable

    files = {"deb": deb(bundle, APP, out), "tar.xz": portable(bundle, APP, out)}
    for file in files.values():
        print(file)
    return {name: file.stat().st_size / 1e6 for name, file in files.items()}


def _run(python: Path, *words: object) -> None:
    subprocess.run([str(python), *map(str, words)], check=True, cwd=ROOT)


def _say(began: float, what: str) -> None:
    print(f"== {time.monotonic() - began:.0f} s: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
