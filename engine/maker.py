# SPDX-License-Identifier: MIT
"""Makes what somebody takes home of a run (a script, samples, latents, weights), beside the training and not in its way."""

from __future__ import annotations

import io
import threading
from typing import Final

import numpy as np
import safetensors.torch
from torch import Tensor

from engine import results
from engine.export.script import ExportError, files_of
from engine.protocol.messages import Save
from engine.run import Run

FORMS: Final = {"script": ".py", "notebook": ".ipynb"}


class Maker(threading.Thread):
    """Starts at once, on a run that stands still. At its end it has `files`, or a `reason` why there are none."""

    def __init__(self, still: Run, asked: Save) -> None:
        super().__init__(name="maker", daemon=True)
        self.still, self.asked = still, asked
        self.files: dict[str, bytes] = {}  #: suffix → bytes
        self.reason = ""
        self.start()

    def run(self) -> None:
        """The thread's life."""
        try:
            self.files = self._made()
        except ExportError as error:
            self.reason = str(error)
        except (OSError, MemoryError, RuntimeError) as error:
            self.reason = f"it could not be made: {error}"

    def _made(self) -> dict[str, bytes]:
        match self.asked.what:
            case "script" | "notebook" as form:
                return files_of(self.still, self.asked.name, FORMS[form])
            case "weights":
                tensors = {key: value.contiguous().cpu() for key, value in results.weights(self.still).items()}
                return {".safetensors": safetensors.torch.save(tensors)}
            case "samples":
                return {".npy": _npy(results.samples(self.still))}
            case _:
                found = results.latents(self.still)
                if found is None:
                    raise ExportError("this network takes no examples in, so they have no place inside")
                return {".npy": _npy(found)}


def _npy(values: Tensor) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values.cpu().numpy(), allow_pickle=False)
    return stream.getvalue()
