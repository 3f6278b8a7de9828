# SPDX-License-Identifier: MIT
"""Where a built bundle is tried: a clean environment, a folder to throw away, a screen with a window manager."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

#: What must never stand in a program's output (friture's list, and ours).
MARKS: Final = re.compile(
    r"Traceback \(most recent|ModuleNotFoundError|ImportError|undefined symbol|could not load the Qt platform plugin"
    r"|Segmentation fault|Fatal Python error|QThread: Destroyed while|QPainter::begin|cannot open shared object"
)
PATIENCE_S: Final = 180
KEPT: Final = ("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "USER", "SYSTEMROOT", "APPDATA", "LOCALAPPDATA", "USERPROFILE")


class Failure(Exception):
    """A check that did not hold."""


@dataclass(frozen=True)
class Stage:
    """A bundle, the environment of its programs, and a folder for what they write."""

    bundle: Path
    folder: Path
    env: dict[str, str]
    before: tuple[str, ...] = ()  #: words before each command

    @staticmethod
    @contextlib.contextmanager
    def set_up(bundle: Path) -> Iterator[Stage]:
        """A stage without Python's and Qt's variables, gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="attractor-smoke-", ignore_cleanup_errors=True) as folder:
            env = {name: os.environ[name] for name in KEPT if name in os.environ}
            yield Stage(bundle, Path(folder), {**env, "HOME": folder} if os.name == "posix" else env)

    @property
    def cli(self) -> str:
        """The program of the commands."""
        return self.program("attractor-cli")

    def program(self, name: str) -> str:
        """One of the bundle's two programs."""
        folder = self.bundle / "Contents" / "MacOS" if self.bundle.suffix == ".app" else self.bundle
        return str(folder / (f"{name}.exe" if os.name == "nt" else name))

    def but(self, **changes: str) -> Stage:
        """The same stage with other variables."""
        return replace(self, env={**self.env, **changes})

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run to the end. Failure for an exit code other than 0 and for words that betray a broken bundle."""
        done = subprocess.run(
            [*self.before, *words], env=self.env, capture_output=True, encoding="utf-8", errors="replace", timeout=PATIENCE_S,
            check=False, cwd=self.folder,
        )  # fmt: skip
        said = done.stdout + done.stderr
        if done.returncode or MARKS.search(said):
            raise Failure(f"{' '.join(words)}: exit code {done.returncode}; {said[-2000:]}")
        return done

    def said(self, *words: str) -> str:
        """What another program prints, whatever its exit code."""
        return subprocess.run(words, env=self.env, capture_output=True, text=True, timeout=20, check=False).stdout

    def wait(self, until: Callable[[], bool], patience_s: float) -> None:
        """Wait for a condition. Failure where it does not come about."""
        end = time.monotonic() + patience_s
        while not until():
            if time.monotonic() > end:
                raise Failure(f"nothing happened within {patience_s:.0f} s")
            time.sleep(0.1)

    def engines(self) -> list[str]:
        """The engines of this bundle that run."""
        return self.said("pgrep", "-f", re.escape(self.cli) + " engine").split()

    def picture(self, file: Path) -> None:
        """Take a picture of the whole screen. Failure where it is blank."""
        self.said("xwd", "-root", "-silent", "-out", str(file))
        if len(set(file.read_bytes()[4096:])) < 40:
            raise Failure("the screen is blank")


@contextlib.contextmanager
def screen(stage: Stage) -> Iterator[Stage]:
    """An X server of its own with the window manager openbox, 1600 × 1000."""
    reading, writing = os.pipe()
    words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(words, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as said:
        shown = stage.but(DISPLAY=f":{said.readline().strip()}")
    manager = subprocess.Popen(["openbox"], env=shown.env, stderr=subprocess.DEVNULL)
    try:
        shown.wait(lambda: "openbox" in shown.said("wmctrl", "-m").lower(), 20)
        yield shown
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait(10)


def unshared(stage: Stage) -> Stage:
    """The stage without any network. Failure where this machine cannot take it away."""
    words = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")
    if not shutil.which("unshare") or subprocess.run([*words, "true"], check=False).returncode:
        raise Failure(f"{' '.join(words)} does not work here ({sys.platform})")
    return replace(stage, before=words)
