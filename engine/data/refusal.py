# SPDX-License-Identifier: MIT
"""Data that cannot be had, as a kind and its values: the sentence stands in `engine.protocol.words`."""

from __future__ import annotations

from typing import Any

from engine.protocol.words import sentence


class Refused(Exception):
    """Why data cannot be had; `kind` and `values` cross the pipe, `str()` is the sentence."""

    def __init__(self, kind: str, **values: Any) -> None:
        super().__init__(sentence(kind, values))
        self.kind = kind
        self.values = values
