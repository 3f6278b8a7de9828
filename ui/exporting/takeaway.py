# SPDX-License-Identifier: MIT
"""What the engine makes of a run for somebody to take home: a script, a notebook, samples, latents, weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QObject, Signal

from engine.protocol.messages import Event, Failed, Kept, Save
from ui.player import Player
from ui.runfile import RunFileError, replacing

What = Literal["script", "notebook", "samples", "latents", "weights"]
#: What a dialog offers, and what is then asked of the engine.
SCRIPTS: Final[dict[str, What]] = {"Python script (*.py)": "script", "Notebook (*.ipynb)": "notebook"}
ARRAYS: Final[dict[str, What]] = {
    "New examples (*.npy)": "samples", "Latents of the training examples (*.npy)": "latents",
    "Weights (*.safetensors)": "weights",
}  # fmt: skip


@dataclass
class _Order:
    """One lane's files, on their way."""

    file: Path
    parts: list[bytes] = field(default_factory=list)


class Takeaway(QObject):
    """Asks the engine, and writes what comes. Every lane gets files of its own; training goes on meanwhile."""

    said = Signal(str, dict)  #: (kind, values) of a notice

    def __init__(self, player: Player, parent: QObject) -> None:
        super().__init__(parent)
        self._player = player
        self._orders: dict[tuple[str, str], _Order] = {}  # by what and lane
        player.troupe.reported.connect(self._hear)

    def ask(self, name: str, what: What) -> None:
        """Have it made, and write it to this file; of several lanes, to a file each."""
        lanes = self._player.session.experiment.lanes
        for lane in lanes:
            file = Path(name)
            file = file if len(lanes) == 1 else file.with_stem(f"{file.stem}-{lane.name}")
            self._orders[what, lane.name] = _Order(file)
            self._player.troupe.send(Save(what=what, lane=lane.name, name=file.stem))
        self.said.emit("making", {"file": name})

    def _hear(self, event: Event) -> None:
        match event:
            case Kept() if (order := self._orders.get((event.what, event.lane))) is not None:
                self._collect(order, event)
            case Failed(kind="refused"):
                self._orders = {key: order for key, order in self._orders.items() if key[1] != event.lane}
            case _:
                pass

    def _collect(self, order: _Order, piece: Kept) -> None:
        order.parts = [piece.values.tobytes()] if piece.offset == 0 else [*order.parts, piece.values.tobytes()]
        if piece.offset + piece.values.size < piece.size:
            return
        file = order.file.with_suffix(piece.suffix)
        try:
            with replacing(file) as fresh:
                fresh.write_bytes(b"".join(order.parts))
        except RunFileError as error:
            self._orders.pop((piece.what, piece.lane), None)
            self.said.emit("file_refused", {"file": str(file), "reason": str(error)})
            return
        if piece.last:
            del self._orders[piece.what, piece.lane]
            self.said.emit("file_saved", {"file": str(order.file)})
