# SPDX-License-Identifier: MIT
"""The downloader: SHA-256, resume, cancel, a cache folder. A file is there whole and right, or not at all."""

from __future__ import annotations

import hashlib
import http.client
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from engine.data.refusal import Refused
from engine.data.remote import Remote

Progress = Callable[[str, int, int], None]  #: (name, bytes there, bytes in all or 0 where the server does not say)
Stop = Callable[[], bool]

LARGEST = 2**28  #: bytes; a server that sends more does not send our file
ATTEMPTS = 5  #: connections for one file
PATIENCE_S = 20.0
_BLOCK = 2**16


def cache_folder() -> Path:
    """The user's folder for downloaded data sets, by the custom of the platform; it may not exist yet."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "attractor" / "data"


def missing(files: Iterable[Remote], folder: Path) -> tuple[Remote, ...]:
    """Those of `files` that do not lie in `folder`. A file gets its name only after its hash was found right."""
    return tuple(file for file in files if not (folder / file.name).is_file())


def fetch(files: Iterable[Remote], folder: Path, progress: Progress, stop: Stop) -> None:
    """Bring into `folder` what is missing of `files`; what broke off or was stopped goes on where it was.

    Blocks, so it belongs in a thread or process of its own; looks at `stop()` before each connection and after each block.
    Raises Refused: stopped, no connection, not the file that we know, a folder that cannot be written.
    """
    for file in missing(files, folder):
        try:
            _fetch(file, folder / file.name, progress, stop)
        except OSError as error:  # all of the network's errors were caught further down
            raise Refused("download_unwritten", file=file.name, folder=str(folder), reason=error.strerror or error) from None


def _fetch(file: Remote, path: Path, progress: Progress, stop: Stop) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    if not (part.is_file() and _sha256(part) == file.sha256):
        if not any(_receive(file, part, progress, stop) for _ in range(ATTEMPTS)):
            raise Refused("download_broken", file=file.name, host=_host(file), times=ATTEMPTS)
        if _sha256(part) != file.sha256:
            part.unlink()
            raise Refused("download_wrong", file=file.name, host=_host(file))
    part.replace(path)


def _receive(file: Remote, part: Path, progress: Progress, stop: Stop) -> bool:
    """One connection's worth of the file, appended to `part`; whether that was the end of it."""
    _heed(stop, file)
    there = part.stat().st_size if part.is_file() else 0
    with _ask(file, there) as reply:
        if reply.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()
            return False
        goes_on = reply.headers.get("Content-Range", "").startswith(f"bytes {there}-")
        there = there if goes_on else 0
        length = int(reply.headers.get("Content-Length") or 0)
        total = there + length if length else 0
        with part.open("ab" if goes_on else "wb") as out:
            while block := _block(reply):
                out.write(block)
                there += len(block)
                progress(file.name, there, total)
                _heed(stop, file)
                if there > LARGEST:
                    return True  # its hash will not be right
    return there >= total


def _heed(stop: Stop, file: Remote) -> None:
    if stop():
        raise Refused("download_cancelled", file=file.name)


def _ask(file: Remote, start: int) -> Any:
    """The server's reply from byte `start` on."""
    headers = {"User-Agent": "attractor", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        return urllib.request.urlopen(urllib.request.Request(file.address, headers=headers), timeout=PATIENCE_S)
    except urllib.error.HTTPError as error:
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            return error
        error.close()
        raise Refused("download_answered", file=file.name, host=_host(file), status=error.code) from None
    except (OSError, http.client.HTTPException):
        raise Refused("download_offline", file=file.name, host=_host(file)) from None


def _block(reply: Any) -> bytes:
    """What has come by now; nothing at the end, or where the connection broke."""
    try:
        return bytes(reply.read1(_BLOCK))
    except (OSError, http.client.HTTPException):
        return b""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _host(file: Remote) -> str:
    return urlsplit(file.address).netloc
