# SPDX-License-Identifier: MIT
"""A run: what one lane's recipe builds. It owns the weights and the random state; nobody else writes them."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import torch
from torch import Tensor, nn

from engine import device as devices
from engine import models, objectives
from engine.batches import Batches
from engine.data.dataset import Dataset
from engine.ledger import Ledger
from engine.optimizer import Adam
from engine.protocol.recipe.experiment import Lane
from engine.rng import generator, twin

State = dict[str, Tensor]


@dataclass(frozen=True)
class Change:
    """A live value that reached the run: it counts from `step` on."""

    step: int
    path: str
    value: Any


class Run:
    """Data, network, objective, optimizer and random streams of one lane, at one step of its training.

    Its threads, device and precision are fixed when it is built: others give other bits. Raises DeviceError.
    """

    def __init__(self, lane: Lane, data: Dataset, seed: int, build: int = 0) -> None:
        recipe = lane.recipe
        self.lane, self.data, self.seed, self.build = lane, data, seed, build
        self.device, self.threads = devices.choose(recipe.training.device), devices.threads(recipe.training.threads)
        self.precision = devices.precision(recipe.training.precision, self.device)
        self.network = models.build(recipe.model, data, generator(seed, "weights")).to(self.device)
        self.objective = objectives.build(recipe.objective, self.network).to(self.device)
        self.objective.rounded = self.precision == "bfloat16"
        self.optimizer = Adam(self.objective.parameters(), self.objective.betas)
        self.average = copy.deepcopy(self.network) if recipe.training.ema else None
        self.x = torch.tensor(data.train, device=self.device)  # (N, M)
        self.test = torch.tensor(data.test, device=self.device)  # (n, M)
        self.noise = generator(seed, "noise", self.device)
        self.batches = Batches(len(self.x), recipe.training.batch, generator(seed, "batches", self.device))
        self.ledger = Ledger(self.objective.names, self.device)
        self.training: dict[str, Any] = {name: getattr(recipe.training, name) for name in recipe.training.__struct_fields__}
        self.training["micro_batch"] = recipe.training.micro_batch or recipe.model.portion(data.shape)
        self.flow: dict[str, Any] = {"kind": recipe.flow.kind, **msgspec.structs.asdict(recipe.flow)}
        self.log: list[Change] = []
        self.origin: tuple[int, int] | None = None  #: (build, step) of the run from which this one branched
        self._start = copy.deepcopy(self._sections())  # the values before the first change
        self._aim: dict[str, dict[str, Any]] | None = None
        self.step, self.train_s, self.graphed = 0, 0.0, self.device.type == "cuda"  #: graphed: its steps are CUDA graphs
        self.under_way: tuple[Tensor, torch.Generator] | None = None  #: rows and noise of a step that is taken in parts

    @property
    def shown(self) -> models.Network:
        """The network that probes, flows and samples use: the average of the weights where the recipe asks for one."""
        return self.network if self.average is None else self.average

    @property
    def sigma(self) -> float:
        """The σ at which the flow asks the denoiser: its own, or that of the training."""
        sigma = self.flow.get("sigma", "training")
        return self.objective.sigma if sigma == "training" else float(sigma)

    def begin(self, rows: Tensor) -> None:
        """A step by these rows (B,) begins, which takes several parts: until it is done, `ahead` tells of this one."""
        self.under_way = rows, twin(self.noise)

    def ahead(self) -> tuple[Tensor, torch.Generator]:
        """The rows (B,) of the step that is under way or comes next, and what will give (or gave) it its noise."""
        if self.under_way is None:
            return self.batches.peek(), twin(self.noise)
        rows, noise = self.under_way
        return rows, twin(noise)

    def change(self, path: str, value: Any) -> Change:
        """Set a live value (`objective.sigma`, `training.learning_rate`, …) from the next step on, and log it."""
        if self._aim is not None:  # a replay is under way: it counts when that has arrived
            section, _, name = path.partition(".")
            self._aim[section][name] = value
            return Change(self.step, path, value)
        self._set(path, value)
        change = Change(self.step, path, value)
        self.log.append(change)
        return change

    @property
    def replaying(self) -> bool:
        """Whether a replay is under way."""
        return self._aim is not None

    def replay(self, parent: Run) -> None:
        """Take the values that `parent` had at this step; `obey_log` then follows its changes. One's own values wait."""
        self._aim = copy.deepcopy(self._sections())
        self._start = copy.deepcopy(parent._start)
        for section, values in self._sections().items():
            values.update(self._start[section])
        for change in self.log:
            if change.step <= self.step:
                self._set(change.path, change.value)

    def obey_log(self) -> None:
        """Set what the log says about this very step."""
        for change in self.log:
            if change.step == self.step:
                self._set(change.path, change.value)

    def end_replay(self) -> None:
        """The replay has arrived: one's own values count again; where they differ from the parent's, they are changes."""
        aim, self._aim = self._aim or {}, None
        now = copy.deepcopy(self._sections())
        for section, values in aim.items():
            for name, value in values.items():
                if now[section].get(name) != value:
                    self.change(f"{section}.{name}", value)

    def state(self) -> State:
        """Everything that training changes, copied: weights, moments, averages, random states.

        Within a step that is taken in parts, it is the state before that step: its rows and noise will come again.
        """
        found = {f"weights.{k}": v.detach().clone() for k, v in self.objective.state_dict().items()}
        found |= {f"adam.{k}": v for k, v in self.optimizer.state().items()}
        if self.average is not None:
            found |= {f"average.{k}": v.detach().clone() for k, v in self.average.state_dict().items()}
        _, noise = self.ahead()
        found["rng.noise"] = noise.get_state()
        found["rng.batches"] = self.batches.rng.get_state()
        found["batches.order"] = self.batches.order.clone()
        drawn = 0 if self.under_way is None else len(self.under_way[0])
        found["place"] = torch.tensor([self.step, self.batches.place - drawn])
        found["seconds"] = torch.tensor([self.train_s], dtype=torch.float64)
        return found

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back (or on) to a state that `state()` gave, bit for bit. Raises KeyError or RuntimeError."""
        _load(self.objective, state, "weights.")
        self.optimizer.restore(_part(state, "adam."))
        if self.average is not None:
            _load(self.average, state, "average.")
        self.noise.set_state(state["rng.noise"].cpu())
        self.batches.rng.set_state(state["rng.batches"].cpu())
        self.batches.order = state["batches.order"].clone().to(self.device)
        self.step, self.batches.place = (int(v) for v in state["place"])
        self.train_s = float(state["seconds"])
        self.under_way = None
        self.objective.zero_grad()  # of a step that was left halfway
        self.ledger.read()

    @property
    def finite(self) -> bool:
        """Whether weights and moments are all numbers."""
        return all(map(_finite, (*self.objective.parameters(), *self.optimizer.first, *self.optimizer.second)))

    @property
    def beginning(self) -> dict[str, dict[str, Any]]:
        """The live values before the first change, by section."""
        return self._start

    def remember(self, log: Sequence[Change], beginning: Mapping[str, Mapping[str, Any]]) -> None:
        """Take up the log of a run of which this is the continuation, and the values that it began with."""
        self.log = list(log)
        for section, values in self._start.items():
            values.update({name: value for name, value in beginning.get(section, {}).items() if name in values})

    def _set(self, path: str, value: Any) -> None:
        section, _, name = path.partition(".")
        self._sections()[section][name] = value

    def _sections(self) -> dict[str, dict[str, Any]]:
        return {"objective": self.objective.live, "training": self.training, "flow": self.flow}


def still(run: Run) -> Run:
    """The run as it is now, for others to look at while it trains on; the data are the same."""
    found = copy.copy(run)
    found.objective = copy.deepcopy(run.objective)
    found.network, found.average = found.objective.network, copy.deepcopy(run.average)
    found.training, found.flow, found.log = dict(run.training), dict(run.flow), list(run.log)
    return found


def _finite(tensor: Tensor) -> bool:
    """A sum is a number only if its terms are, and takes a twentieth of the time; it may overflow, so each is asked then."""
    return bool(tensor.detach().sum().isfinite()) or bool(tensor.isfinite().all())


def _part(state: Mapping[str, Tensor], prefix: str) -> State:
    return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}


def _load(module: nn.Module, state: Mapping[str, Tensor], prefix: str) -> None:
    module.load_state_dict(_part(state, prefix))
