# SPDX-License-Identifier: MIT
"""An engine at the other end of a slow line: it plays, it is said how far away it is, and a line that breaks is its death."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.protocol import line
from engine.protocol.messages import Built, Frame, Play, Resumed, Saved
from engine.protocol.places import own_command
from tests.driving import Driver, experiment
from tests.faults.conftest import wait_until
from tests.slowline import slow
from tests.ui.conftest import Stage

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and sshd are those of Unix")

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin")
CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/own.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
"""


def proxy(stage: Stage) -> int:
    """The process that is the line."""
    return int(stage.player.troupe._thread._process.process.pid)  # type: ignore[union-attr]


def test_a_broken_line_and_a_pulled_plug_are_deaths_of_the_engine_and_it_goes_on_at_a_click(
    no_process_left, stage_for, tmp_path, monkeypatch
):
    engine = [*own_command(), "engine", "--session", str(tmp_path / "there"), "--threads", "1"]
    stage = stage_for("update", slow(engine))
    troupe, banner = stage.player.troupe, stage.window.desk.banner
    stage.until(lambda: stage.heard(Built))
    troupe.play()
    stage.until(lambda: stage.heard(Saved) and stage.step > 50)
    assert 0.05 < troupe.round_s < 10
    assert stage.window.desk.bar._rate.text.endswith(" ms")
    there = psutil.Process(troupe.hello.pid)
    os.kill(proxy(stage), signal.SIGKILL)
    stage.until(lambda: troupe.deaths == 1)
    assert "The engine stopped (signal 9). Your last checkpoint is" in banner.text
    wait_until(lambda: not there.is_running())  # its window is gone: it keeps what it has, and leaves
    banner.button.click()
    stage.until(lambda: stage.heard(Resumed) and troupe.playing)
    resumed = stage.heard(Resumed)[-1].steps["dae"]
    assert resumed >= 50
    stage.until(lambda: stage.step > resumed)
    os.kill(proxy(stage), signal.SIGUSR1)
    monkeypatch.setattr(line, "LOST_S", 0.5)
    stage.until(lambda: (troupe.pause(), troupe.deaths == 2)[1])
    assert "The engine stopped" in banner.text


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[list[str]]:
    """The words that run a command through a real sshd on this machine, with keys of its own."""
    if SSHD is None or not all(map(shutil.which, ("ssh", "ssh-keygen"))):
        pytest.skip("there is no sshd here (openssh-server)")
    for key in ("host", "own"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / key)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "sshd").write_text(CONFIG.format(port=port, folder=tmp_path))
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # into which it locks its unprivileged half
    log = (tmp_path / "log").open("wb")
    with log, subprocess.Popen([SSHD, "-D", "-e", "-f", str(tmp_path / "sshd")], stderr=log) as sshd:
        wait_until(lambda: b"Server listening" in (tmp_path / "log").read_bytes() or sshd.poll() is not None)
        assert sshd.poll() is None, (tmp_path / "log").read_text()
        options = ["BatchMode=yes", "ServerAliveInterval=5", "StrictHostKeyChecking=no", f"UserKnownHostsFile={tmp_path}/known"]
        yield [
            "ssh", "-T", "-p", str(port), "-i", str(tmp_path / "own"), *(part for o in options for part in ("-o", o)),
            f"{getpass.getuser()}@127.0.0.1",
        ]  # fmt: skip
        sshd.terminate()


def test_an_engine_plays_through_a_real_sshd_and_a_session_that_is_cut_ends_both_sides(ssh, tmp_path):
    there = shlex.join([*own_command(), "engine", "--session", str(tmp_path / "there"), "--threads", "1"])
    with Driver(argv=[*ssh, there], log=tmp_path / "engine.log") as engine:
        engine.build(experiment("moons", "dae", model={"width": 16, "depth": 1}))
        engine.train(200)
        engine.until(Frame, lambda frame: frame.lanes[0].step == 200 and not frame.training)
        assert engine.scalars("loss")[0].tolist() == list(range(1, 201))
        assert engine.link.round_s > 0
        engine.send(Play())
        far = psutil.Process(engine.hello.pid)
        session = next(parent for parent in far.parents() if parent.name().startswith("sshd"))
        session.kill()
        while engine.link.read() is not None:
            pass
        ending = engine.link.end()
        assert (ending.code, ending.orderly) == (255, False)
        wait_until(lambda: not far.is_running())
    assert (tmp_path / "there" / "checkpoint.safetensors").is_file()
