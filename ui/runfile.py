# SPDX-License-Identifier: MIT
"""A run as one file: a zip, nothing packed and nothing pickled, of recipe, checkpoint, curves and imported data. Qt-free.

    about.json  recipe.json  checkpoint.safetensors  curves.msgpack  data/<SHA-256>.npy …
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from engine.protocol.library import SourceError, recipe_in
from engine.protocol.messages import Message, Scalars
from engine.protocol.recipe.experiment import Experiment, encode
from engine.protocol.version import APP
from engine.protocol.wire import WireError, decoder_of
from engine.protocol.wire import encode as to_bytes
from ui.arrays import Arrays, needed, share

FORMAT: Final = 1
SUFFIX: Final = ".run"
MOST_BYTES: Final = 4 * 2**30
MEMBER = re.compile(r"about\.json|recipe\.json|checkpoint\.safetensors|curves\.msgpack|data/[0-9a-f]{64}\.npy")
SMALL: Final = 64 * 2**20  #: bytes of the recipe or the curves


class RunFileError(ValueError):
    """A run that cannot be written or read: the reason, without the file's name."""


class Curves(Message, frozen=True, tag="curves", kw_only=True):
    """The scalars of a run, each name on its own."""

    scalars: tuple[Scalars, ...] = ()


@dataclass(frozen=True)
class SavedRun:
    """All from which a run goes on."""

    experiment: Experiment
    checkpoint: bytes  #: safetensors, empty where the run had none
    curves: Curves


_CURVES: Final = decoder_of(Curves)


def write_run(file: Path, run: SavedRun, arrays: Arrays | None, older: Path | None = None) -> None:
    """Write a run, with its imported data where `arrays` has them.

    The old file stays whole until the new one is, and as `older` after that. Raises RunFileError.
    """
    with replacing(file, older) as fresh, zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("about.json", msgspec.json.encode({"format": FORMAT, "app": APP}))
        archive.writestr("recipe.json", encode(run.experiment))
        archive.writestr("checkpoint.safetensors", run.checkpoint)
        archive.writestr("curves.msgpack", to_bytes(run.curves))
        if arrays is not None:
            for sha256 in needed(run.experiment):
                archive.write(arrays.file(sha256), f"data/{sha256}.npy")


def read_run(file: Path, arrays: Arrays, beside: Path | None = None) -> SavedRun:
    """A run's parts; its data, from the file or from the folder `beside`, are put where the session's own are.

    Raises RunFileError.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            names = _checked(archive)
            about = _json(archive.read("about.json"))
            if not isinstance(about, dict) or about.get("format") != FORMAT:
                raise RunFileError("a newer version of this app saved it")
            experiment = recipe_in(archive.read("recipe.json").decode("utf-8"), "recipe.json")
            run = SavedRun(experiment, archive.read("checkpoint.safetensors"), _CURVES.decode(archive.read("curves.msgpack")))
            for sha256 in needed(experiment):
                if f"data/{sha256}.npy" in names:
                    with archive.open(f"data/{sha256}.npy") as source:
                        arrays.adopt(sha256, source)
                elif beside is not None and (beside / f"{sha256}.npy").is_file():
                    share(beside / f"{sha256}.npy", arrays.folder)
                else:
                    raise RunFileError("its data are missing")
            return run
    except (zipfile.BadZipFile, EOFError, NotImplementedError):
        raise RunFileError("it is no run of this app, or damaged") from None
    except OSError as error:
        raise RunFileError(error.strerror or str(error)) from None
    except (SourceError, msgspec.DecodeError, WireError, UnicodeDecodeError, RecursionError) as error:
        raise RunFileError(f"it holds what is no run ({error})") from None


@contextmanager
def replacing(file: Path, older: Path | None = None) -> Iterator[Path]:
    """A new file beside the old one, which it replaces when the block ends well. Raises RunFileError.

    With `older` the old file takes that name: two generations, one of which is whole at any moment.
    """
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        try:
            yield fresh
            with fresh.open("rb") as stream:
                os.fsync(stream.fileno())
            if older is not None and file.exists():
                file.replace(older)
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno == errno.ENOSPC:
            reason = f"the disk is full ({shutil.disk_usage(file.parent).free / 1e6:,.0f} MB are free)"
        raise RunFileError(reason) from None


def _checked(archive: zipfile.ZipFile) -> set[str]:
    infos = archive.infolist()
    names = {info.filename for info in infos}
    if len(names) < len(infos) or not all(MEMBER.fullmatch(name) for name in names) or not {
        "about.json", "recipe.json", "checkpoint.safetensors", "curves.msgpack"} <= names:  # fmt: skip
        raise RunFileError("it is no run of this app")
    if any(info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 for info in infos):
        raise RunFileError("it is packed or encrypted, which no run of this app is")
    if sum(info.file_size for info in infos) > MOST_BYTES or any(
        info.file_size > SMALL for info in infos if info.filename.endswith((".json", ".msgpack"))
    ):
        raise RunFileError("it is larger than any run of this app")
    return names


def _json(data: bytes) -> object:
    return msgspec.json.decode(data)
