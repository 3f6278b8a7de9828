# SPDX-License-Identifier: MIT
"""As the packaged app runs on a laptop: no network at all, and nothing may be written but the user's own folder."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.protocol.library import shelf

ROOT = Path(__file__).parents[2]
CHAPTERS = [chapter.key for chapter in shelf()[0]]

#: In a process of its own: is it as it should be; then each chapter's systems on the chapter's data, and the app's self-test.
INSIDE = """
import json, socket, sys, time
from pathlib import Path
import main

out, *keys = sys.argv[1:]
try:
    Path("resources/mark").touch()
    sys.exit("the install folder can be written")
except OSError:
    pass
try:
    socket.create_connection(("192.0.2.1", 80), timeout=0.2)
    sys.exit("there is a network")
except TimeoutError:
    sys.exit("there is a network that does not answer")
except OSError:
    pass
for key in keys:
    code = main.main(["train", key, "--steps", "20", "--threads", "1", "--device", "cpu", "--out", f"{out}/{key}"])
    assert code == 0, key
sys.exit(main.main(["doctor", "--json"]))
"""


def closed_off(folder: Path, *words: str) -> list[str] | None:
    """The command line that runs `words` without a network, the disk read-only but `folder`; None where that cannot be."""
    if sys.platform != "linux" or not (unshare := shutil.which("unshare")):
        return None
    own = [] if os.getuid() == 0 else ["--map-root-user"]
    quoted = shlex.quote(str(folder))
    steps = f"mount --bind {quoted} {quoted} && mount -o remount,bind,ro / && exec \"$@\""
    line = [unshare, *own, "--net", "--mount", "sh", "-ec", steps, "sh"]
    tried = subprocess.run([*line, "true"], capture_output=True, check=False, timeout=30)
    return [*line, *words] if tried.returncode == 0 else None


@pytest.mark.parametrize(
    "chapters",
    [pytest.param(CHAPTERS[:1], marks=pytest.mark.slow), pytest.param(CHAPTERS, marks=pytest.mark.nightly)],
    ids=["the first", "all"],
)
def test_chapters_and_self_test_run_without_network_from_a_folder_that_cannot_be_written(
    chapters: list[str], tmp_path: Path
) -> None:
    line = closed_off(tmp_path, sys.executable, "-B", "-c", INSIDE, str(tmp_path / "runs"), *chapters)
    if line is None:
        pytest.skip("this machine lets nobody close a process off")
    own = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    (tmp_path / "runs").mkdir()
    child = subprocess.run(line, cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True, check=False, timeout=280)
    assert child.returncode == 0, child.stderr[-2000:]
    for key in chapters:
        assert sorted((tmp_path / "runs" / key).rglob("metrics.csv")), key
