# SPDX-License-Identifier: MIT
"""What the hand points at: pictures name their examples, panels of one follow the picked one, nothing outlives the hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import cast

import msgspec
import numpy as np
import pytest

from engine.inbox import Inbox
from engine.probes.probe import to_pixels
from engine.protocol.library import shelf
from engine.protocol.messages import Build, Change, Command, Credit, Frame, Message, Pick, Play, Watch
from engine.protocol.payloads import NO_EXAMPLE, PICKED, Bars, Images, Picture, Points
from engine.protocol.recipe.probes.candidates import Candidates, EffectiveNumber
from engine.protocol.recipe.probes.generated import Walk
from engine.protocol.recipe.probes.latent import Latent
from engine.protocol.recipe.probes.posterior import Posterior
from engine.protocol.recipe.probes.rows import Denoised, Reconstructed
from engine.protocol.recipe.probes.stage import Stage
from engine.scene import Hand
from engine.scheduler import Scheduler
from tests.vae_scenes import made, picture, readings


def images(shown: Picture) -> Images:
    """The grid of a picture."""
    return next(layer for layer in shown.layers if isinstance(layer, Images))


def test_a_gallery_says_which_test_examples_it_shows_and_a_walk_its_two_ends() -> None:
    scene = made("digits", "vae", 5)
    count = len(scene.run.x)
    assert images(picture(Reconstructed(count=4), scene)).examples == (*range(count, count + 4),) * 2
    ends = images(picture(Walk(frames=4, start=2, end=0), scene)).examples
    assert ends == (count + 2, NO_EXAMPLE, NO_EXAMPLE, count) * 2


def test_the_bars_of_the_candidates_are_of_training_examples() -> None:
    scene = made("digits", "dae", 1)
    bars = picture(Candidates(most=3), scene).layers[0]
    assert isinstance(bars, Bars)
    assert bars.thumbnails is not None
    for number, thumbnail in zip(bars.examples, bars.thumbnails, strict=True):
        x = scene.example(number)
        assert x is not None
        np.testing.assert_allclose(thumbnail.flatten() / 255, x.clamp(0, 1), atol=0.003)


@pytest.mark.parametrize("number", [42, -1], ids=["training", "test"])
def test_the_panels_of_one_example_follow_the_picked_one(number: int) -> None:
    scene = made("digits", "vae", 5)
    number = number if number >= 0 else scene.test(7)
    scene.point(Hand(example=number))
    rows = images(picture(Reconstructed(count=4), scene))
    assert rows.examples[0] == number
    np.testing.assert_array_equal(rows.pixels[0, 0], images(picture(Posterior(grid=16), scene)).pixels[0, 0])
    assert rows.rows[0] == ("x" if number == 42 else "test x")
    cloud = [layer for layer in picture(Latent(points=100), scene).layers if isinstance(layer, Points)]
    assert sum(layer.first is not None and 0 <= number - layer.first < len(layer.xy) for layer in cloud) == 1


def test_a_test_example_that_is_picked_is_put_on_planes_of_points_too() -> None:
    scene = made("moons", "dae", 1)
    scene.point(Hand(example=scene.test(3)))
    for declared in (Stage(), Denoised()):
        mark = picture(declared, scene).layers[-1]
        assert isinstance(mark, Points)
        assert mark.name == PICKED
        np.testing.assert_allclose(mark.xy[0], scene.run.test[3], atol=1e-6)


def test_a_number_beyond_the_examples_picks_nothing() -> None:
    scene = made("moons", "dae", 1)
    scene.point(Hand(example=10**6))
    assert scene.picked() is None
    assert not any(layer.name == PICKED for layer in picture(Stage(), scene).layers)


def test_the_figures_of_the_curves_are_those_of_the_test_example_whatever_is_picked() -> None:
    scene = made("digits", "vae", 5)
    assert any(reading.figures for reading in readings(Posterior(grid=16), scene))
    scene.point(Hand(example=3))
    assert not any(reading.figures for reading in readings(Posterior(grid=16), scene))


# ------------------------------------------------------------------------------------------- the engine's loop, in this process


class Loop:
    """A scheduler without pipe and process, turned by hand."""

    def __init__(self) -> None:
        self.said: list[Message] = []
        self.scheduler = Scheduler(cast("Inbox", None), self.said.append, None)

    def obey(self, *commands: Command) -> None:
        """Do what a window would say."""
        assert not self.scheduler._obey(list(commands))

    def turn(self) -> Frame | None:
        """One round; the frame that was sent, which is paid for."""
        before = len(self.said)
        self.scheduler._turn(time.perf_counter())
        sent = [message for message in self.said[before:] if isinstance(message, Frame)]
        if sent:
            self.obey(Credit(frames=len(sent)))
        return sent[-1] if sent else None

    def until(self, condition: Callable[[], bool], seen: dict[str, Picture] | None = None, turns: int = 20_000) -> None:
        """Go on until something is so; the newest picture of each panel meanwhile."""
        for _ in range(turns):
            if condition():
                return
            frame = self.turn()
            if frame is not None and seen is not None:
                seen |= frame.pictures
        raise AssertionError("it did not become so")

    def latents(self, turns: int) -> Iterator[Picture]:
        """The pictures of the latent cloud that come within so many rounds."""
        for _ in range(turns):
            frame = self.turn()
            if frame is not None and "latent" in frame.pictures:
                yield frame.pictures["latent"]


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    """Chapter 4 in training, all its panels watched."""
    chapter = next(found for found in shelf()[0] if found.key == "training")
    made = Loop()
    made.obey(Watch(panels=tuple(place.panel for place in chapter.panels), frames_per_s=240.0),
              Build(run_id=1, experiment=chapter.experiment, builds=(1,)), Play())  # fmt: skip
    assert any(made.latents(1000))
    yield made
    made.scheduler.repertoire.tracks.clear()


def carded(shown: Picture) -> bool:
    """Whether the picture has a card at the cursor."""
    return any(isinstance(layer, Images) and layer.at is not None for layer in shown.layers)


def test_the_hand_is_answered_and_forgotten_though_the_probes_have_spent_all_their_time(loop: Loop) -> None:
    loop.scheduler.measuring.probes.spend(1000.0)
    loop.obey(Pick(panel="latent", xy=(0.5, 0.5)))
    assert carded(next(loop.latents(50)))
    loop.obey(Pick())
    assert not carded(next(loop.latents(50)))
    loop.scheduler.measuring.probes.spend(-1000.0)


def test_what_a_hand_has_set_is_measured_beside_the_training_though_the_panels_have_spent_all_their_time(loop: Loop) -> None:
    (track,) = loop.scheduler.repertoire.tracks
    seats = {seat.panel.key: seat for seat in loop.scheduler.audience.seats}
    loop.until(lambda: not any(seat.awaited for seat in seats.values()))
    loop.scheduler.measuring.probes.spend(1000.0)
    loop.obey(Pick(panel="latent", xy=None, example=11))
    step, seen = track.run.step, dict[str, Picture]()
    assert {key for key, seat in seats.items() if seat.awaited} == {"posterior", "search", "reconstructed"}
    loop.until(lambda: not any(seat.awaited for seat in seats.values()), seen)
    assert seen.keys() >= {"posterior", "search", "reconstructed"}
    assert "dimensions" not in seen, "nobody waits for that"
    (x,) = (layer for layer in seen["posterior"].layers if isinstance(layer, Images))
    assert np.array_equal(x.pixels[0, 0], to_pixels(track.run.x[11:12], track.run.data.shape)[0])
    assert track.run.step > step, "the training goes on meanwhile"
    loop.scheduler.measuring.probes.spend(-1000.0)
    loop.obey(Pick())


def test_what_is_under_way_is_dropped_for_what_a_hand_waits_for_and_that_comes_to_its_end(loop: Loop) -> None:
    seat = next(seat for seat in loop.scheduler.audience.seats if seat.panel.key == "search")
    loop.until(lambda: not seat.awaited and seat.work is not None)
    before = seat.work
    loop.obey(Pick(panel="latent", xy=None, example=5))
    loop.until(lambda: seat.work is not None)
    awaited = seat.work
    assert awaited is not before
    loop.obey(Pick(panel="latent", xy=None, example=6))
    assert seat.work is awaited
    loop.until(lambda: seat.work is not awaited)
    assert seat.awaited, "the sixth was not looked at yet"
    loop.until(lambda: not seat.awaited)
    loop.obey(Pick())


def test_what_is_set_and_set_back_before_anybody_looked_is_measured_all_the_same() -> None:
    chapter = next(found for found in shelf()[0] if found.key == "attractors")
    panel = next(place.panel for place in chapter.panels if isinstance(place.probe, EffectiveNumber))
    made = Loop()
    made.obey(Build(run_id=1, experiment=chapter.experiment, builds=(1, 2)), Watch(panels=(panel,), frames_per_s=60.0))
    audience = made.scheduler.audience
    (seat,) = audience.seats
    audience.advance(seat)
    assert seat.work is not None
    seat.awaited = False  # as if it were measured in turn
    sigma = seat.track.run.sigma
    for value in (2 * sigma, sigma):
        made.obey(Change(lane=seat.track.name, values={"objective.sigma": value}))
    while seat.due:
        audience.advance(seat)
    assert panel.key in audience.pictures


def test_who_is_opened_while_it_plays_is_awaited_and_who_is_built_anew_is_not(loop: Loop) -> None:
    audience, tracks = loop.scheduler.audience, loop.scheduler.repertoire.tracks
    panels = tuple(dict.fromkeys(seat.panel for seat in audience.seats))
    loop.until(lambda: not any(seat.awaited for seat in audience.seats))
    audience.watch(tuple(panel for panel in panels if panel.key != "search"), tracks)
    audience.watch(panels, tracks)
    assert [seat.panel.key for seat in audience.seats if seat.awaited] == ["search"]
    audience.watch((), tracks)
    audience._panels = panels
    audience.rebuilt(tracks)
    assert not any(seat.awaited for seat in audience.seats)


@pytest.mark.parametrize(("lanes", "fps", "share"), [(1, 60.0, 0.03), (2, 60.0, 0.06), (2, 30.0, 0.03), (4, 60.0, 0.08)])
def test_the_panels_of_each_lane_have_a_share_of_their_own(lanes: int, fps: float, share: float) -> None:
    chapter = next(found for found in shelf()[0] if found.key == "diffusion")
    some = msgspec.structs.replace(chapter.experiment, lanes=chapter.experiment.lanes[:lanes])
    made = Loop()
    made.obey(Watch(panels=(), frames_per_s=fps), Build(run_id=1, experiment=some, builds=(1,) * lanes), Play())
    made.turn()
    assert made.scheduler.measuring.probes.share == pytest.approx(share)


def test_panels_that_always_want_more_leave_the_stage_its_frames(loop: Loop) -> None:
    loop.scheduler.measuring.probes.spend(-0.02)
    pictures = list(loop.latents(400))
    stage = next(seat for seat in loop.scheduler.audience.seats if seat.stage)
    most = max(seat.used_s for seat in loop.scheduler.audience.seats)
    assert len(pictures) > 2
    assert stage.used_s > most - 0.1


def test_a_word_about_a_panel_that_is_not_watched_still_ends_what_was_said_before(loop: Loop) -> None:
    (track,) = loop.scheduler.repertoire.tracks
    loop.obey(Pick(panel="latent", xy=(0.5, 0.5), example=7))
    assert track.scene.cursor("latent") == (0.5, 0.5)
    loop.obey(Pick(panel="gone", xy=(0.1, 0.1)))
    assert track.scene.hand == Hand()
    loop.obey(Pick(panel="latent", xy=(0.5, 0.5)))
    chapter = next(found for found in shelf()[0] if found.key == "training")
    loop.obey(Build(run_id=1, experiment=chapter.experiment, builds=(1,)))
    assert loop.scheduler.repertoire.tracks == [track], "the run that was kept"
    assert track.scene.hand == Hand(), "nobody points at what has just come back"
