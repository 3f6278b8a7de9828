# SPDX-License-Identifier: MIT
"""The settings of a panel's own: what its probe declares, in a row under the picture."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from engine.protocol.recipe.parameter import Parameter, parameters_of
from engine.protocol.recipe.part import Probe
from ui.controls.dressed import Dressed
from ui.controls.fields import Field, field_for
from ui.theme import theme_of

WIDEST: Final = 220.0  #: of one setting


class Knobs(Dressed):
    """One editor for each declared parameter of a probe; none where it declares none."""

    turned = Signal(object)  #: the probe with its new settings

    def __init__(self, probe: Probe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.probe = probe
        self.fields: dict[str, Field] = {}
        self._line = QHBoxLayout(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for parameter in parameters_of(type(probe), ""):
            self._add(parameter)
        self._line.addStretch()
        self._set_lengths()

    def _add(self, parameter: Parameter) -> None:
        field = field_for(parameter)
        field.show_value(msgspec.structs.asdict(self.probe)[parameter.path])
        field.moved.connect(lambda value: self._turn(parameter, value))
        field.settled.connect(lambda value: self._turn(parameter, value))
        self.fields[parameter.path] = field
        self._line.addWidget(field, 1, Qt.AlignmentFlag.AlignVCenter)

    def _turn(self, parameter: Parameter, value: Any) -> None:
        taken = int(value) if parameter.kind == "int" else value
        if taken != msgspec.structs.asdict(self.probe)[parameter.path]:
            self.probe = msgspec.structs.replace(self.probe, **{parameter.path: taken})
            self.fields[parameter.path].show_value(taken)
            self.turned.emit(self.probe)

    def _set_lengths(self) -> None:
        theme = theme_of(self)
        self._line.setContentsMargins(theme.px(14), theme.px(2), theme.px(14), theme.px(6))
        self._line.setSpacing(theme.px(22))
        for field in self.fields.values():
            field.setMaximumWidth(theme.px(WIDEST))
