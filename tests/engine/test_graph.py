# SPDX-License-Identifier: MIT
"""The step as a CUDA graph, without a card: a tape records its operations and repeats them in the same memory, as it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from engine.graph import WARM, Card, Graph, _side
from engine.number import Numbers
from engine.run import Run
from engine.train import train
from tests.bench.cuda import rows
from tests.trained import made, play

#: What waits for the card, or copies a Python number to it: neither can be part of a graph.
FORBIDDEN = ("_local_scalar_dense", "item", "is_nonzero", "nonzero", "equal", "masked_select", "lift_fresh", "_to_copy")
RATES = 2**-9, 2**-11  # as exact in float32, which they are on a card, as in Python
MODELS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "vae": ("digits", "vae", {"objective": {"sigma_eps": 0.3, "beta": 0.7}}),
    "vae, σ_ε learned, in parts": ("moons", "vae", {"objective": {"sigma_eps": "learned"}, "training": {"micro_batch": 48}}),
    "vae by the score": ("moons", "vae", {"objective": {"gradient": "score"}}),
    "conv-vae": ("digits", "conv-vae", {"model": {"channels": 2}, "training": {"batch": 16}}),
    "ae": ("moons", "ae", {"training": {"decay": 20}}),
    "dae": ("moons", "dae", {"objective": {"copies": 2}, "training": {"ema": 0.99, "decay": 20}}),
    "unet": ("digits", "unet", {"model": {"channels": 2}, "training": {"batch": 8, "micro_batch": 4, "ema": 0.9}}),
    "diffusion": ("moons", "diffusion", {}),
    "gan": ("moons", "gan", {"objective": {"r1": 0.3}}),
    "supervised": ("s_curve", "supervised", {}),
}
#: Live values that one may drag while the step stays the same one.
SLIDERS = {"beta": 0.25, "sigma_eps": 0.5, "sigma": 0.75, "r1": 1.5, "p_mean": 0.25, "p_std": 0.75}


class Tape(TorchDispatchMode):
    """Operations as they pass; `again` repeats them: what they gave lies where it lay."""

    def __init__(self) -> None:
        super().__init__()
        self.passed: list[tuple[Any, tuple[Any, ...], dict[str, Any], Any]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        assert func._schema.name.removeprefix("aten::") not in FORBIDDEN, func
        given = func(*args, **(kwargs or {}))
        self.passed.append((func, args, kwargs or {}, given))
        return given

    @torch.no_grad()
    def again(self) -> None:
        for func, args, kwargs, given in self.passed:
            aliases = [returned.alias_info for returned in func._schema.returns]
            if any(alias is not None and not alias.is_write for alias in aliases):
                continue  # a view shows what its base has
            anew = func(*args, **kwargs)
            for place, value in zip(tree_leaves(given), tree_leaves(anew), strict=True):
                if isinstance(value, torch.Tensor) and value is not place:
                    place.copy_(value)

    def script(self) -> list[Any]:
        """What a graph holds fast: the operations, and every number among their arguments."""
        return [(str(func), tree_map(_fast, (args, kwargs))) for func, args, kwargs, _ in self.passed]


def _fast(value: Any) -> Any:
    return tuple(value.shape) if isinstance(value, torch.Tensor) else "rng" if isinstance(value, torch.Generator) else value


class Recorder:
    """A card of tapes. `fails` breaks a recording halfway, as a card without memory does."""

    def __init__(self, fails: bool = False) -> None:
        self.tapes: list[Tape] = []
        self.fails = fails

    def rehearse(self, work: Callable[[], None]) -> None:
        work()

    def record(self, work: Callable[[], None], noise: torch.Generator) -> Callable[[], None]:
        """Nothing is done but on the tape: whatever the work changed is put back."""
        run: Run = work.__self__.run  # type: ignore[attr-defined]
        before, drawn = [tensor.clone() for tensor in _memory(run)], noise.get_state()
        self.tapes.append(Tape())
        with self.tapes[-1]:
            work()
        for tensor, old in zip(_memory(run), before, strict=True):
            tensor.data.copy_(old)
        if self.fails:
            raise RuntimeError("CUDA error: out of memory\nand more")
        noise.set_state(drawn)
        return self.tapes[-1].again


def _memory(run: Run) -> list[torch.Tensor]:
    adam, ledger = run.optimizer, run.ledger
    averaged = [] if run.average is None else list(run.average.parameters())
    return [*adam.parameters, *adam.first, *adam.second, *adam.steps, *averaged, ledger._figures, ledger._row]


def run_of(name: str) -> Run:
    data, model, sections = MODELS[name]
    return made(data, model, **{**sections, "training": {"learning_rate": RATES[0], **sections.get("training", {})}})


def weights(run: Run) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in (*run.objective.parameters(), *run.shown.parameters())])


def graphed(run: Run, steps: int, graph: Graph) -> np.ndarray:
    """The figures of so many steps of a graph."""
    run.graphed = True
    assert all(graph.take(run.batches.draw()) for _ in range(steps))
    return run.ledger.read()[2]


def drag(run: Run) -> None:
    for name, value in SLIDERS.items():
        if isinstance(run.objective.live.get(name), float):
            run.change(f"objective.{name}", value)
    run.change("training.learning_rate", RATES[1])


def alike(run: Run, other: Run) -> None:
    torch.testing.assert_close(weights(run), weights(other), rtol=1e-6, atol=1e-7)
    assert run.step == other.step
    assert torch.equal(run.noise.get_state(), other.noise.get_state())


@pytest.mark.parametrize("name", MODELS)
def test_a_replayed_step_learns_what_the_ordinary_one_learns_and_a_slider_needs_no_new_recording(name: str) -> None:
    ordinary, replayed, recorder = run_of(name), run_of(name), Recorder()
    graph = Graph(replayed, recorder)
    figures = [play(ordinary, 8), graphed(replayed, 8, graph)]
    for run in (ordinary, replayed):
        drag(run)
    dragged = [play(ordinary, 6), graphed(replayed, 6, graph)]
    np.testing.assert_allclose(figures[1], figures[0], rtol=1e-6)
    np.testing.assert_allclose(dragged[1], dragged[0], rtol=1e-6)
    alike(replayed, ordinary)
    assert len(recorder.tapes) == 1


@pytest.mark.parametrize("name", MODELS)
def test_no_number_that_changes_is_held_fast(name: str) -> None:
    first, later = run_of(name), run_of(name)
    drag(later)
    play(later, 5)
    scripts = []
    for run in (first, later):
        recorder = Recorder()
        graphed(run, WARM + 1, Graph(run, recorder))
        scripts.append(recorder.tapes[0].script())
    assert scripts[0] == scripts[1]


def test_a_step_that_goes_another_way_is_recorded_anew() -> None:
    ordinary, replayed, recorder = run_of("vae"), run_of("vae"), Recorder()
    graph = Graph(replayed, recorder)
    for count, value in enumerate((0.5, "learned", 0.25), start=1):
        for run in (ordinary, replayed):
            run.change("objective.sigma_eps", value)
        np.testing.assert_allclose(graphed(replayed, 7, graph), play(ordinary, 7), rtol=1e-6)
        alike(replayed, ordinary)
        assert len(recorder.tapes) == count


def test_where_another_way_cannot_be_recorded_the_step_is_taken_with_the_noise_that_was_its_own() -> None:
    ordinary, broken, recorder = run_of("vae"), run_of("vae"), Recorder()
    graph = Graph(broken, recorder)
    graphed(broken, 6, graph)
    play(ordinary, 6)
    for run in (ordinary, broken):
        run.change("objective.sigma_eps", 0.5)
        run.change("objective.gradient", "score")
    recorder.rehearse = lambda work: (work(), 1 / 0)  # type: ignore[assignment, method-assign]
    broken.optimizer.step, step = lambda rate: None, broken.optimizer.step  # type: ignore[assignment, method-assign]
    assert not graph.take(broken.batches.peek())
    broken.optimizer.step = step  # type: ignore[method-assign]
    np.testing.assert_allclose(play(broken, 3), play(ordinary, 3), rtol=1e-6)
    alike(broken, ordinary)


@pytest.mark.parametrize("name", ["vae", "dae", "diffusion"])
def test_a_state_carries_what_the_replays_have_drawn(name: str) -> None:
    run, other = run_of(name), run_of(name)
    graph = Graph(run, Recorder())
    graphed(run, 9, graph)
    state = run.state()
    expected = graphed(run, 9, graph)
    other.restore(state)
    np.testing.assert_array_equal(graphed(other, 9, Graph(other, Recorder())), expected)
    assert torch.equal(weights(other), weights(run))
    run.restore(state)  # under a graph that was recorded before
    np.testing.assert_array_equal(graphed(run, 9, graph), expected)


def test_training_takes_the_graph_and_gives_the_word_back_after_each_whole_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.graph.Card", Recorder)
    ordinary, replayed = run_of("unet"), run_of("unet")
    replayed.graphed = True
    loop = train(replayed)
    assert all(next(loop) for _ in range(WARM + 4))
    figures = play(ordinary, WARM + 4)
    steps, seconds, own = replayed.ledger.read()
    np.testing.assert_allclose(own, figures, rtol=1e-6)
    np.testing.assert_array_equal(steps, np.arange(1, WARM + 5))
    assert (np.diff(seconds) > 0).all()
    alike(replayed, ordinary)


def test_where_no_graph_can_be_made_the_run_goes_on_by_ordinary_steps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("engine.graph.Card", lambda: Recorder(fails=True))
    ordinary, broken = run_of("vae by the score"), run_of("vae by the score")
    broken.graphed = True
    np.testing.assert_allclose(play(broken, 12), play(ordinary, 12), rtol=1e-6)
    alike(broken, ordinary)
    assert not broken.graphed
    play(broken, 2)  # another loop does not try again
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("no CUDA graph, steps are taken one by one (PyTorch could not get what it asked for)")


def test_a_graph_that_breaks_in_its_replay_is_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    run, recorder = run_of("vae"), Recorder()
    graph = Graph(run, recorder)
    graphed(run, WARM + 2, graph)
    recorder.tapes[0].passed.insert(0, (None, (), {}, None))
    assert not graph.take(run.batches.draw())
    assert run.step == WARM + 2
    assert len(play(run, 4)) == 4
    assert capsys.readouterr().err.count("no CUDA graph") == 1


def test_numbers_are_worked_out_in_double_precision_and_written_only_where_they_change() -> None:
    values = {"beta": 3.0}
    numbers = Numbers(torch.device("cpu"))
    numbers.again()
    place = (1 + 2 * numbers.number(lambda: values["beta"]) ** 2 / 7).tensor()
    assert place.item() == np.float32(1 + 2 * 9 / 7)
    assert torch.equal(torch.ones(2) * numbers.number(lambda: values["beta"]).log(), torch.full((2,), 3.0).log())
    assert numbers.number(lambda: 0.5) != "learned"
    values["beta"] = 4.0
    numbers.refresh()
    assert place.item() == np.float32(1 + 2 * 16 / 7)
    numbers.again()
    assert numbers.number(lambda: values["beta"]).tensor() is place


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> MagicMock:
    """PyTorch's side of a card, as far as it is called."""
    found = MagicMock()
    for name in ("CUDAGraph", "Event", "Stream", "current_stream", "graph", "set_stream", "stream"):
        monkeypatch.setattr(torch.cuda, name, getattr(found, name))
    _side.cache_clear()
    found.graph.return_value.__exit__.return_value = False
    return found


def test_a_card_knows_the_noise_before_it_records_and_has_two_steps_under_way_at_most(cuda: MagicMock) -> None:
    noise, graph = torch.Generator(), cuda.CUDAGraph.return_value
    replay = Card().record(lambda: graph.work(), noise)
    cuda.graph.assert_called_once_with(graph, stream=_side(), capture_error_mode="thread_local")
    assert [call[0] for call in graph.method_calls] == ["register_generator_state", "work"]
    replay()
    assert graph.replay.call_count == 1
    assert [call[0] for call in cuda.Event.return_value.method_calls] == ["synchronize", "record"]
    _side.cache_clear()


def test_after_a_capture_that_failed_the_card_goes_on_where_it_was(cuda: MagicMock) -> None:
    cuda.graph.return_value.__exit__.side_effect = RuntimeError("capture invalidated")
    with pytest.raises(RuntimeError, match="capture invalidated") as caught:
        Card().record(lambda: 1 / 0, torch.Generator())  # type: ignore[arg-type, return-value]
    assert isinstance(caught.value.__context__, ZeroDivisionError)
    cuda.set_stream.assert_called_once_with(cuda.current_stream.return_value)
    _side.cache_clear()


def test_the_bench_of_a_card_says_in_one_line_that_there_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert list(rows()) == []
    assert capsys.readouterr().out.count("\n") == 1
