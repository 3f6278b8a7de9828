# SPDX-License-Identifier: MIT
"""An array of any shape and type becomes examples: images where it looks like images, else a table."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from engine.protocol.recipe.data.imported import MOST_CLASSES
from engine.reading.arrays import check_dtype
from engine.reading.examples import HUGE, Examples, fits, refuse

LEAST_SIDE, MOST_SIDE = 4, 256  #: pixels


def shaped(file: Path, array: np.ndarray, labels: np.ndarray | None = None) -> Examples:
    """(N, M) is a table, but bytes that fill a square are images; (N, h, w), (N, h, w, c) and (N, c, h, w) are images."""
    check_dtype(file, array.dtype)
    if array.ndim not in (2, 3, 4):
        refuse(file, f"its array has {array.ndim} axes; expected (examples, numbers) or (examples, height, width[, colors])")
    if 0 in array.shape:
        refuse(file, f"its array is empty, {_by(array.shape)}")
    fits(file, len(array), array.size)
    notes: list[str] = []
    array = _native(file, array)
    made = _images(file, array, notes)
    low, high = float(array.min()), float(array.max())
    classes: tuple[str, ...] = ()
    if labels is not None:
        labels, classes = numbered(file, labels, len(array))
    if made is None:
        return Examples(array.astype(np.float32), low, high, labels=labels, classes=classes, notes=notes)
    pixels, scaling = _pixels(made, low, high)
    return Examples(pixels, low, high, scaling, labels, classes, notes=notes)


def numbered(file: Path, labels: np.ndarray, count: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class numbers 0 … and their names, from whole numbers ≥ 0, one for each example."""
    check_dtype(file, labels.dtype)
    labels = labels.reshape(-1) if labels.ndim == 2 and 1 in labels.shape else labels
    if labels.shape != (count,):
        refuse(file, f"there are labels of shape {_by(labels.shape)} for {count:,} examples")
    whole = labels.dtype.kind in "biu" or bool((np.isfinite(labels) & (labels == np.round(labels))).all())
    if not whole:
        row = int(np.flatnonzero(~(np.isfinite(labels) & (labels == np.round(labels))))[0])
        refuse(file, f"the label of example {row + 1} is {labels[row]:g}, which is no class number")
    if labels.min() < 0:
        row = int(labels.argmin())
        refuse(file, f"the label of example {row + 1} is {int(labels[row])}, and class numbers are not negative")
    values, numbers = np.unique(labels, return_inverse=True)
    if len(values) > MOST_CLASSES:
        refuse(file, f"its labels name {len(values):,} classes, and at most {MOST_CLASSES} can be shown")
    return numbers.astype(np.int32), tuple(str(int(value)) for value in values)


def check_finite(file: Path, x: np.ndarray, names: tuple[str, ...] = (), first: int = 1) -> None:
    """Refuse the first number of x (n, …) that is none, or too large to be squared; `first` is the number of the first row."""
    if x.dtype.kind != "f":
        return
    bad = ~(np.abs(x) <= HUGE) if x.itemsize > 2 else ~np.isfinite(x)
    if bad.any():
        place = tuple(int(k) for k in np.argwhere(bad)[0])
        value: Any = x[place]
        column = f"column “{names[place[1]][:40]}”" if names else f"number {_place(place, x.shape)}"
        what = f"{value:.3g}" if np.isfinite(value) else "not a number" if np.isnan(value) else "infinite"
        refuse(file, f"row {place[0] + first}, {column} is {what}")


def _place(place: tuple[int, ...], shape: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(place[1:], shape[1:])) + 1


def _native(file: Path, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "b":
        return array.astype(np.uint8)
    array = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="), copy=False))
    check_finite(file, array)
    return array


def _images(file: Path, array: np.ndarray, notes: list[str]) -> np.ndarray | None:
    """(N, channels, h, w), or None where it is a table."""
    if array.ndim == 2:
        side = math.isqrt(array.shape[1])
        square = side * side == array.shape[1] and side >= 8 and array.dtype == np.uint8
        if square:
            notes.append(f"{array.shape[1]} bytes are taken as {side} × {side} pixels.")
        return array.reshape(len(array), 1, side, side) if square else None
    if array.ndim == 3:
        array = array[:, None]
    elif array.shape[1] not in (1, 3) or array.shape[3] in (1, 3):
        array = np.moveaxis(array, 3, 1)
    channels, height, width = array.shape[1:]
    if channels == 4:
        notes.append("The fourth channel (opacity) is left out.")
        array, channels = array[:, :3], 3
    if channels not in (1, 3):
        refuse(file, f"its images have {channels} colors, and this app takes 1 or 3")
    if not (LEAST_SIDE <= height <= MOST_SIDE and LEAST_SIDE <= width <= MOST_SIDE):
        refuse(file, f"its images have {width} × {height} pixels, and this app takes {LEAST_SIDE} to {MOST_SIDE} a side")
    return np.ascontiguousarray(array)


def _pixels(x: np.ndarray, low: float, high: float) -> tuple[np.ndarray, str]:
    """Bytes as they are; floats in 0 … 1 as they are; anything else from its own range to 0 … 1."""
    if x.dtype == np.uint8 and high > 1:
        return x, "Bytes 0 … 255 become 0 … 1."
    if low >= 0 and high <= 1:
        return x.astype(np.float32), "Values stay as they are, 0 … 1."
    if low >= 0 and high <= 255 and x.dtype.kind in "iu":
        return x.astype(np.uint8), "Whole numbers 0 … 255 become 0 … 1."
    floor, top = (-1.0, 1.0) if low >= -1 and high <= 1 else (0.0, 255.0) if low >= 0 and 1 < high <= 255 else (low, high)
    scaled = (x.astype(np.float32) - np.float32(floor)) / np.float32((top - floor) or 1.0)
    return np.clip(scaled, 0, 1), f"Values {floor:.4g} … {top:.4g} become 0 … 1."


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape) or "a single number"
