# SPDX-License-Identifier: MIT
"""`python -m tests.bench [ROOM …] [--out FILE.json]`: print the table; exit 1 where a bound is missed."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

ROOMS = (
    "steps", "precision", "denoiser", "windows", "threads", "hand", "flows", "line", "idle", "growth", "chapters", "sweeps",
    "cuda",
)  # fmt: skip


def main() -> int:
    """Measure the rooms that were asked for, all of them unless told."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("rooms", nargs="*", choices=[[], *ROOMS], default=[])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found = []
    print(f"{platform.platform()} · Python {platform.python_version()}")
    for room in options.rooms or ROOMS:
        for row in import_module(f"tests.bench.{room}").rows():
            found.append({**asdict(row), "holds": row.holds})
            mark = "   " if row.holds else "***"
            print(f"{mark} {row.what:<70} {row.figure:>10.3g} {row.unit:<4} {row.bound:<10} {row.details or ''}", flush=True)
    if options.out is not None:
        options.out.write_text(json.dumps(found, indent=2))
    return 0 if all(row["holds"] for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
