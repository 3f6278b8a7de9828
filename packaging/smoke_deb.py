# SPDX-License-Identifier: MIT
"""Installs the .deb in a clean Debian: `python packaging/smoke_deb.py FILE.deb ROOT`, as root, after `debootstrap` made ROOT.

No development packages, no desktop. The app runs as a plain user, survives an upgrade while it runs; a purge leaves nothing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

USER: Final = "pupil"
PLACES: Final = ("opt", "usr", "etc", "var/lib", "var/cache")
#: What dpkg and apt keep for themselves, and what a desktop's own caches and the user's account are.
NOT_OURS: Final = ("var/lib/dpkg", "var/lib/apt", "var/cache", "usr/share/mime")


def main(package: Path, root: Path) -> int:
    """Install, play, upgrade, purge; returns the exit code."""
    if not shutil.which("chroot") or not (root / "usr/bin/dpkg").exists():
        sys.exit(f"{root} is no Debian; make one with: debootstrap --variant=minbase bookworm {root}")
    chroot(root, "sh", "-c", f"id {USER} >/dev/null 2>&1 || useradd --create-home {USER}")
    shutil.copyfile(package, root / "tmp" / package.name)
    needed = subprocess.run(["dpkg-deb", "--field", str(package), "Depends"], capture_output=True, text=True, check=True).stdout
    chroot(root, "apt-get", "update", "-qq")
    chroot(root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *_first(needed), "shared-mime-info")
    before = listing(root)
    chroot(root, "dpkg", "--install", f"/tmp/{package.name}")
    print("installed; doctor:", as_user(root, "attractor-cli doctor | tail -n 1").strip())
    played(root)
    upgraded(root, package)
    chroot(root, "dpkg", "--purge", "attractor")
    left = sorted(listing(root) - before)
    print("left after purge:", left or "nothing")
    return 1 if left else 0


def played(root: Path) -> None:
    """Five seconds of the window, without a screen and as a plain user."""
    as_user(root, "QT_QPA_PLATFORM=offscreen attractor --play 5 --report /tmp/report.json")
    report = json.loads((root / "tmp/report.json").read_text(encoding="utf-8"))
    (root / "tmp/report.json").unlink()
    print("played:", {name: report[name] for name in ("window_s", "first_frame_s", "frames_per_s", "engine_deaths")})


def upgraded(root: Path, package: Path) -> None:
    """The package once more over the running app, which must end with exit code 0 all the same."""
    words = "QT_QPA_PLATFORM=offscreen attractor --play 15 --report /tmp/report.json"
    running = subprocess.Popen(_as_user(root, words))
    time.sleep(8)
    chroot(root, "dpkg", "--install", f"/tmp/{package.name}")
    if running.wait(120):
        sys.exit("the app did not survive its upgrade")
    (root / "tmp/report.json").unlink()
    print("upgraded while it ran: exit code 0")


def listing(root: Path) -> set[str]:
    """Every file that a package could have left behind."""
    found = (path.relative_to(root).as_posix() for place in PLACES for path in (root / place).rglob("*"))
    return {name for name in found if not name.startswith(NOT_OURS)}


def chroot(root: Path, *words: str) -> None:
    """Run in the clean Debian as root. CalledProcessError where it fails."""
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    subprocess.run(["chroot", str(root), *words], check=True, env=env, stdout=subprocess.DEVNULL)


def as_user(root: Path, words: str) -> str:
    """Run in the clean Debian as the plain user; what it printed. CalledProcessError where it fails."""
    return subprocess.run(_as_user(root, words), check=True, capture_output=True, text=True).stdout


def _as_user(root: Path, words: str) -> Sequence[str]:
    return ["chroot", str(root), "su", "-", USER, "-c", words]


def _first(needed: str) -> list[str]:
    """Of each alternative the first, without versions."""
    return [one.split("|")[0].split("(")[0].strip() for one in needed.split(",")]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
