# SPDX-License-Identifier: MIT
"""Tries a built bundle, never the source tree: `python packaging/smoke.py FOLDER [--json FILE] [--only NAME ...]`.

Every check stands alone and says what it measured. Windows and macOS run those that need no X server.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from closure import foreign, not_found
from stage import Failure, Stage, screen, unshared

PLAY_S: Final = 5
CHAPTER_S: Final = 2
WINDOW_S, FIRST_FRAME_S = 1.5, 5.0


def version(stage: Stage) -> str:
    """Both programs tell their version."""
    said = {stage.run(stage.program(name), "--version").stdout.strip() for name in ("attractor", "attractor-cli")}
    if len(said) != 1 or not (word := said.pop()).startswith("attractor "):
        raise Failure(f"the programs say {said}")
    return word


def doctor(stage: Stage) -> str:
    """Every system trains, saves and comes back bit for bit."""
    began = time.monotonic()
    found = json.loads(stage.run(stage.cli, "doctor", "--json").stdout)
    if not found["well"] or found["missing_libraries"]:
        raise Failure(json.dumps(found, indent=1))
    return f"{len(found['systems'])} systems well in {time.monotonic() - began:.1f} s, torch {found['packages']['torch']}"


def libraries(stage: Stage) -> str:
    """Every library that a file of the bundle needs is there, or on the written list of those that may lack."""
    missing = not_found(stage.bundle)
    if missing:
        raise Failure("; ".join(f"{name} for {file}" for name, file in sorted(missing)))
    return "none is missing"


def strangers(stage: Stage) -> str:
    """Nothing of NVIDIA's, no triton, no GPL codecs."""
    if found := foreign(stage.bundle):
        raise Failure(", ".join(found))
    return "no nvidia, triton, av, x264"


def offscreen(stage: Stage) -> str:
    """Plays without a screen, once in German, with a home of odd letters, and without a network."""
    return _played(stage.but(QT_QPA_PLATFORM="offscreen"), PLAY_S)


def on_screen(stage: Stage) -> str:
    """Plays under X with a window manager, in German, from a home with spaces and odd letters, without a network."""
    with screen(stage) as shown:
        german = shown.but(QT_QPA_PLATFORM="xcb", LC_ALL="de_DE.UTF-8", HOME=str(stage.folder / "Käthe 漢字 home"))
        Path(german.env["HOME"]).mkdir(exist_ok=True)
        return _played(unshared(german), PLAY_S, budget=True)


def closed(stage: Stage) -> str:
    """A window that the window manager closes ends with exit code 0, and its engine with it."""
    with screen(stage) as shown:
        shown = shown.but(QT_QPA_PLATFORM="xcb")
        process = subprocess.Popen([shown.program("attractor"), "--profile", str(stage.folder / "closed")], env=shown.env)
        try:
            shown.wait(lambda: "Attractor" in shown.said("wmctrl", "-l"), 20)
            time.sleep(3)  # playing has begun by then
            shown.picture(stage.folder / "window.xwd")
            shown.said("wmctrl", "-c", "Attractor")
            code = process.wait(20)
        finally:
            process.kill()
    if code:
        raise Failure(f"exit code {code}")
    shown.wait(lambda: not shown.engines(), 5)
    return "exit code 0, no engine left behind, the picture was not blank"


def chapters(stage: Stage) -> str:
    """Every chapter plays."""
    listed = stage.run(stage.cli, "chapters").stdout.splitlines()
    keys = [line.split()[0] for line in listed if line.strip()]
    if not keys:
        raise Failure("there are no chapters")
    still = stage.but(QT_QPA_PLATFORM="offscreen")
    for key in keys:
        _played(still, CHAPTER_S, "--chapter", key)
    return f"{len(keys)} chapters played: {', '.join(keys)}"


CHECKS: Final[dict[str, Callable[[Stage], str]]] = {
    check.__name__: check for check in (version, doctor, libraries, strangers, offscreen, on_screen, closed, chapters)
}
ANYWHERE: Final = ("version", "doctor", "strangers", "offscreen", "chapters")


def _played(stage: Stage, seconds: float, *words: str, budget: bool = False) -> str:
    file = stage.folder / "report.json"
    stage.run(stage.program("attractor"), "--play", str(seconds), "--report", str(file), *words)
    report = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()
    if report["engine_deaths"] or not report["frames"] or not report["steps"]:
        raise Failure(json.dumps(report))
    if budget and (report["window_s"] > WINDOW_S or report["first_frame_s"] > FIRST_FRAME_S):
        raise Failure(f"slow: window {report['window_s']:.2f} s, first frame {report['first_frame_s']:.2f} s")
    keys = ("chapter", "window_s", "first_frame_s", "frames_per_s", "steps_per_s", "rss_mb")
    return ", ".join(f"{key} {report[key]}" for key in keys)


def main() -> int:
    """Run the checks; returns the exit code: 1 where one failed."""
    parser = argparse.ArgumentParser(description="Try a built bundle.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--json", type=Path, help="write what was found here")
    parser.add_argument("--only", nargs="+", choices=CHECKS, default=[])
    asked = parser.parse_args()
    names = asked.only or (CHECKS if sys.platform == "linux" else ANYWHERE)
    found: dict[str, Any] = {}
    with Stage.set_up(asked.bundle.resolve()) as stage:
        for name in names:
            try:
                found[name] = {"well": True, "said": CHECKS[name](stage)}
            except (Failure, OSError, ValueError, subprocess.SubprocessError) as error:
                found[name] = {"well": False, "said": str(error)}
            print(f"{'ok  ' if found[name]['well'] else 'FAIL'} {name}: {found[name]['said']}", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(check["well"] for check in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
