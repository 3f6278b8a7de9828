# SPDX-License-Identifier: MIT
"""The two Linux artifacts of a finished bundle: a .deb and a portable .tar.xz."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

ID: Final = "app.attractor.Attractor"
MAINTAINER: Final = "The Attractor authors <maintainers@users.noreply.b-seed-3cfa4258.example>"
ROOT: Final = Path(__file__).parents[1]
DESKTOP: Final = Path(__file__).parent / "desktop"
PLACES: Final = {
    f"{ID}.desktop": f"usr/share/applications/{ID}.desktop",
    f"{ID}.Recipe.desktop": f"usr/share/applications/{ID}.Recipe.desktop",
    f"{ID}.metainfo.xml": f"usr/share/metainfo/{ID}.metainfo.xml",
    f"{ID}.mime.xml": f"usr/share/mime/packages/{ID}.xml",
    "lintian-overrides": "usr/share/lintian/overrides/attractor",
}
#: Never bundled, since they must fit the machine's own graphics stack; the smoke test's library scan holds this list to it.
DEPENDS: Final = (
    "libc6 (>= 2.34)", "libstdc++6", "libgcc-s1", "zlib1g", "libegl1", "libgl1", "libopengl0", "libfontconfig1",
    "libfreetype6", "libx11-6", "libx11-xcb1", "libxcb1", "libdbus-1-3", "libglib2.0-0 | libglib2.0-0t64", "libxkbcommon0",
    "libxkbcommon-x11-0", "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0",
    "libxcb-render0", "libxcb-render-util0", "libxcb-shape0", "libxcb-shm0", "libxcb-sync1", "libxcb-util1", "libxcb-xfixes0",
    "libxcb-xkb1", "libwayland-client0", "libwayland-cursor0", "libwayland-egl1",
)  # fmt: skip
CONTROL: Final = """\
Package: attractor
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {kib}
Depends: {depends}
Section: education
Priority: optional
Description: class watches generative models find the manifold
 A laboratory for lectures on generative models: autoencoders, denoisers,
 variational autoencoders, diffusion models and adversarial networks train
 before the eyes of the class, and points flow along the learned field.
 .
 Python, PyTorch (for the CPU) and Qt come with it, in /opt/attractor.
"""


def deb(bundle: Path, version: str, out: Path) -> Path:
    """Pack the bundle as a .deb whose payload lies in /opt/attractor; returns the file. CalledProcessError from dpkg-deb."""
    stage = out / "deb"
    shutil.rmtree(stage, ignore_errors=True)
    payload = stage / "opt" / "attractor"
    shutil.copytree(bundle, payload, symlinks=True, copy_function=_link)
    _place(stage)
    _documents(stage, version)
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    control = CONTROL.format(
        version=version, architecture=architecture, maintainer=MAINTAINER, kib=_kib(stage), depends=", ".join(DEPENDS)
    )
    (stage / "DEBIAN").mkdir()
    (stage / "DEBIAN" / "control").write_text(control, encoding="utf-8")
    _modes(stage)
    file = out / f"attractor_{version}_{architecture}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--threads-max=2", "--build", str(stage), str(file)], check=True)
    shutil.rmtree(stage)
    return file


def portable(bundle: Path, version: str, out: Path) -> Path:
    """Pack the bundle as a .tar.xz that runs from wherever it is unpacked; returns the file."""
    file = out / f"attractor-{version}-linux-{os.uname().machine}.tar.xz"
    name = f"attractor-{version}"
    words = ["tar", "--create", "--owner=0", "--group=0", "--sort=name", f"--transform=s,^{bundle.name},{name},",
             "--use-compress-program=xz -6 -T2", f"--file={file}", f"--directory={bundle.parent}", bundle.name]  # fmt: skip
    subprocess.run(words, check=True)
    return file


def _link(source: str, target: str) -> str:
    """A second name for the same file: the staged tree costs no disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def _place(stage: Path) -> None:
    """Links in /usr/bin, the desktop's files, the icon."""
    for name, place in PLACES.items():
        target = stage / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(DESKTOP / name, target)
    icon = stage / f"usr/share/icons/hicolor/scalable/apps/{ID}.svg"
    icon.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "resources" / "attractor.svg", icon)
    (stage / "usr/bin").mkdir()
    for name in ("attractor", "attractor-cli"):
        (stage / "usr/bin" / name).symlink_to(f"/opt/attractor/{name}")  # from one top folder to another: absolute, says Debian
    manual = stage / "usr/share/man/man1"
    manual.mkdir(parents=True)
    with gzip.GzipFile(manual / "attractor.1.gz", "wb", 9, mtime=0) as stream:
        stream.write((DESKTOP / "attractor.1").read_bytes())
    (manual / "attractor-cli.1.gz").symlink_to("attractor.1.gz")


def _documents(stage: Path, version: str) -> None:
    """Debian's copyright file, which points at the collected licenses, and its changelog."""
    folder = stage / "usr/share/doc/attractor"
    folder.mkdir(parents=True)
    shutil.copyfile(DESKTOP / "copyright", folder / "copyright")
    entry = f"attractor ({version}) unstable; urgency=medium\n\n  * See the release notes of {version}.\n\n"
    with gzip.GzipFile(folder / "changelog.gz", "wb", 9, mtime=0) as stream:
        stream.write(f"{entry} -- {MAINTAINER}  Mon, 23 Nov 2026 00:00:00 +0000\n".encode())


def _kib(folder: Path) -> int:
    return sum(-(-file.lstat().st_size // 1024) for file in folder.rglob("*") if not file.is_dir() or file.is_symlink())


def _modes(stage: Path) -> None:
    """Folders 755, programs 755, all other files 644: whatever the mask of the build machine."""
    for path in [stage, *stage.rglob("*")]:
        if path.is_symlink():
            continue
        if path.is_dir():
            path.chmod(0o755)
        else:
            program = path.parent == stage / "opt/attractor" or path.name == "torch_shm_manager"
            path.chmod(0o755 if program else 0o644)
