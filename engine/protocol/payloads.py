# SPDX-License-Identifier: MIT
"""What a panel can show: a small closed set of payloads, NumPy arrays with names, ready to be drawn.

Coordinates are those of the plot, colors are roles or class numbers, texts are finished sentences. A view draws what stands
here and computes nothing. Arrays arrive read-only. The layers of one panel share its plane and are drawn in their order.

Points, images and bars may say which examples they are, so that one that is picked in one view is marked in all. An example's
number counts the training examples, then the test examples, from 0; NO_EXAMPLE stands where there is none.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from engine.protocol.recipe.parameter import Role

NO_EXAMPLE: Final = -1
PICKED: Final = "picked"  #: the layer of what the cursor is on: it comes and goes with it, and has no check-box

FloatArray = np.ndarray  #: float32 or float64
IntArray = np.ndarray  #: int32 or int64


class Layer(msgspec.Struct, frozen=True, tag_field="is", forbid_unknown_fields=True, kw_only=True):
    """A named payload; `name` is the check-box of the stage ("data", "arrows", …) and is unique within its panel."""

    name: str
    role: Role = "data"


class Axes(msgspec.Struct, frozen=True, kw_only=True):
    """The plane of a panel: what its axes mean, and the range that shows the data (xmin, xmax, ymin, ymax)."""

    x: str = ""
    y: str = ""
    range: tuple[float, float, float, float] | None = None
    equal: bool = True
    note: str = ""  #: a figure to show in the corner, such as “2 of 2 active”
    figure: str = ""  #: its value, shown large


class Series(Layer, frozen=True, tag="series", kw_only=True):
    """A curve y(x) that was measured whole (training curves come as scalars and are kept by the Reel)."""

    x: FloatArray  # (T,)
    y: FloatArray  # (T,)
    label: str = ""
    dashed: bool = False
    plain: bool = False  #: its last value says nothing: a histogram, a reference


class Points(Layer, frozen=True, tag="points", kw_only=True):
    """A cloud in the plane: positions, and for each an optional class and an optional ellipse of one standard deviation."""

    xy: FloatArray  # (n, 2)
    label: IntArray | None = None  # (n,) class number
    sigma: FloatArray | None = None  # (n, 2) semi-axes of the ellipse, in plot units
    first: int | None = None  #: the example that the first point is; the others follow in order. None: no examples
    classes: tuple[str, ...] = ()
    ring: bool = False  #: drawn as open rings (starting points, the place of the cursor)
    size_px: float = 4.0


class Paths(Layer, frozen=True, tag="paths", kw_only=True):
    """Lines in the plane: tails (oldest position first, fading) or arrows (two positions each)."""

    xy: FloatArray  # (T, n, 2)
    arrows: bool = False
    closed: bool = False  #: circles and contours
    dashed: bool = False
    label: IntArray | None = None  # (n,) class number of each path, e.g. where it ends
    texts: tuple[str, ...] = ()  #: one for each path (“1σ”, “2σ”), written on it where it meets no points


class Images(Layer, frozen=True, tag="images", kw_only=True):
    """A grid of images, row by row, gray (…, h, w) or color (…, h, w, 3), values 0 … 255."""

    pixels: np.ndarray  # (rows, columns, h, w) or (rows, columns, h, w, 3) uint8
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()  #: one for each image, row by row, or none
    tooltip: tuple[str, ...] = ()
    examples: tuple[int, ...] = ()  #: which example each image is, row by row, or none
    at: tuple[float, float] | None = None  #: the place of the plane that the images belong to: shown as a card beside it


class Field(Layer, frozen=True, tag="field", kw_only=True):
    """A quantity over the plane, on a regular grid: `values[row, column]`, row 0 at the bottom."""

    values: FloatArray  # (rows, columns)
    range: tuple[float, float, float, float]  #: xmin, xmax, ymin, ymax: the outer edges; values stand at the cells' centers
    low: float
    high: float
    label: str = ""
    classes: bool = False  #: values are class numbers (basins), not a scale
    contours: tuple[float, ...] = ()  #: draw these levels as lines instead of a filled field


class Bars(Layer, frozen=True, tag="bars", kw_only=True):
    """Horizontal bars, each the sum of `parts` (stacked), with optional thumbnails."""

    labels: tuple[str, ...]
    values: FloatArray  # (n, parts)
    parts: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    unit: str = ""
    thumbnails: np.ndarray | None = None  # (n, h, w) uint8
    examples: tuple[int, ...] = ()  #: which example each bar is of, or none
    marks: tuple[float, ...] = ()  #: reference values, drawn as lines (1/2 for singular values)
    dim: tuple[bool, ...] = ()  #: bars that do not count (inactive dimensions)


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A box of a graph: a layer of the network, or a quantity of the step in slow motion."""

    key: str
    title: str
    text: str = ""
    row: int = 0
    column: int = 0
    role: Role = "exact"
    lit: bool = False
    units: int = 0
    values: FloatArray | None = None  # (k,) or (h, w): present activations, drawn as cells
    caption: str = ""


class Graph(Layer, frozen=True, tag="graph", kw_only=True):
    """Boxes and arrows: the anatomy of a network, or one gradient step in slow motion."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    dashed: tuple[tuple[str, str], ...] = ()  #: edges that are cut


class Text(Layer, frozen=True, tag="text", kw_only=True):
    """A sentence of figures, plain text."""

    text: str
    figure: str = ""


Payload = Series | Points | Paths | Images | Field | Bars | Graph | Text


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """What one panel shows: its layers from back to front, and the training step at which they were measured."""

    step: int
    layers: tuple[Payload, ...]
    axes: Axes = Axes()
    note: str = ""  #: beside the title, e.g. “log · nats per example”
