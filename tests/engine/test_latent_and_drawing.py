# SPDX-License-Identifier: MIT
"""The latent cloud in one, two and more dimensions; the user's drawing; feature maps."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.probes.latent import REACH, reach
from engine.protocol.link import coalesced
from engine.protocol.messages import Failed, Frame, Pick, Sketch
from engine.protocol.payloads import Images, Paths, Payload, Picture, Points
from engine.protocol.recipe.probes import Panel
from engine.protocol.recipe.probes.feature_maps import FeatureMaps
from engine.protocol.recipe.probes.latent import Latent
from engine.protocol.recipe.probes.sketched import Sketched
from engine.protocol.wire import decode_command, encode
from engine.scene import Hand
from engine.sketch import SketchError, example
from tests.driving import Driver, experiment
from tests.vae_scenes import made, picture


def layer(shown: Picture, name: str) -> Payload:
    """The layer of this name."""
    return next(found for found in shown.layers if found.name == name)


# ------------------------------------------------------------------------------------------------------------ the latent cloud


@pytest.mark.parametrize("latent", [1, 2, 5])
def test_the_place_under_the_cursor_is_decoded_whatever_the_hidden_dimensions(latent: int) -> None:
    scene = made("digits", "vae", 20, model={"latent": latent})
    scene.point(Hand("latent", (0.5, -1.0)))
    shown = layer(picture(Latent(), scene), "decoded")
    assert isinstance(shown, Images)
    assert shown.at == (0.5, -1.0)
    assert shown.pixels.shape == (1, 1, 8, 8)


@pytest.mark.parametrize(("latent", "h"), [(1, [0.5]), (2, [0.5, -1.0])])
def test_what_is_decoded_is_the_code_under_the_cursor(latent: int, h: list[float]) -> None:
    scene = made("digits", "vae", 50, model={"latent": latent})
    scene.point(Hand("latent", (0.5, -1.0)))
    shown = layer(picture(Latent(), scene), "decoded")
    with torch.no_grad():
        expected = scene.run.network.decode(torch.tensor([h])).clamp(0, 1) * 255
    assert isinstance(shown, Images)
    np.testing.assert_allclose(shown.pixels.reshape(-1).astype(float), expected[0], atol=0.51)


def test_the_ellipse_of_all_is_that_of_many_codes_drawn_from_q() -> None:
    scene = made("digits", "vae", 200)
    ring = layer(picture(Latent(aggregate=True, points=1437), scene), "all Q(h|x)")
    assert isinstance(ring, Paths)
    with torch.no_grad():
        mu, log_var = scene.run.network.posterior(scene.run.x)
    noise = torch.randn(200, *mu.shape, generator=torch.Generator().manual_seed(1))
    drawn = (mu + (log_var / 2).exp() * noise).flatten(0, 1).double()
    covariance = np.cov(drawn.T.numpy())
    away = ring.xy[:, 0] - drawn.mean(0).numpy()
    distance = np.einsum("ti,ij,tj->t", away, np.linalg.inv(covariance), away)  # 1 on the ellipse of one σ
    np.testing.assert_allclose(distance, 1.0, atol=0.03)


def test_one_hidden_dimension_has_its_codes_on_a_line_and_densities_of_area_one_above() -> None:
    scene = made("spiral", "vae", 300, model={"latent": 1})
    shown = picture(Latent(), scene)
    codes = layer(shown, "codes")
    assert isinstance(codes, Points)
    with torch.no_grad():
        np.testing.assert_allclose(codes.xy[:, 0], scene.run.network.encode(scene.run.x)[: len(codes.xy), 0], rtol=1e-5)
    assert (codes.xy[:, 1] < 0).all()
    for name in ("prior", "all Q(h|x)"):
        curve = layer(shown, name)
        assert isinstance(curve, Paths)
        h, density = curve.xy[:, 0].T.astype(np.float64)
        assert np.trapezoid(density, h) == pytest.approx(1.0, abs=0.02)
    assert not shown.axes.equal


def test_the_picture_doubles_until_the_codes_are_in_it() -> None:
    assert reach(torch.tensor([[0.1, 0.2]])) == REACH
    assert reach(torch.tensor([[REACH * 1.01, 0.0]])) == 2 * REACH
    assert reach(torch.tensor([[0.0, -100.0]])) == REACH * 2 ** math.ceil(math.log2(100 / REACH))


# ----------------------------------------------------------------------------------------------------------------- the drawing


def test_a_drawing_is_averaged_down_as_the_digits_were() -> None:
    bitmap = np.random.default_rng(1).random((32, 32)).astype(np.float32)
    drawn = example(bitmap, (1, 8, 8), 0.0, 1.0)
    np.testing.assert_allclose(drawn.reshape(8, 8), bitmap.reshape(8, 4, 8, 4).mean((1, 3)), rtol=1e-5)


def test_a_drawing_has_the_colors_and_the_range_of_the_data() -> None:
    drawn = example(np.eye(4, dtype=np.float32), (3, 4, 4), -1.0, 1.0).reshape(3, 4, 4)
    assert (drawn == torch.eye(4) * 2 - 1).all()


@pytest.mark.parametrize(
    ("pixels", "shape", "reason"),
    [
        (np.zeros((8, 8)), (2,), "these data are points"),
        (np.zeros((8, 8, 3)), (1, 8, 8), "has rows and columns"),
        (np.zeros((0, 8)), (1, 8, 8), "has rows and columns"),
        (np.zeros((2000, 8)), (1, 8, 8), "has rows and columns"),
        (np.full((8, 8), np.nan), (1, 8, 8), "no numbers"),
    ],
)
def test_what_is_no_drawing_is_refused_in_a_sentence(pixels: np.ndarray, shape: tuple[int, ...], reason: str) -> None:
    with pytest.raises(SketchError, match=reason):
        example(pixels, shape, 0.0, 1.0)


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        ("vae", ("drawing", "g(μ(x))")),
        ("ae", ("drawing", "g(f(x))")),
        ("dae", ("drawing", "+ noise", "denoised")),
        ("gan", ("drawing",)),
    ],
)
def test_the_drawing_is_shown_to_the_network(model: str, columns: tuple[str, ...]) -> None:
    scene = made("digits", model, 2)
    before = picture(Sketched(), scene).layers[0]
    assert isinstance(before, Images)
    assert before.columns[0] == "test x"
    scene.sketch = example(np.eye(32, dtype=np.float32), (1, 8, 8), 0.0, 1.0)
    shown = picture(Sketched(), scene).layers[0]
    assert isinstance(shown, Images)
    assert shown.columns == columns
    np.testing.assert_array_equal(shown.pixels[0, 0], np.round(scene.sketch.reshape(8, 8).numpy() * 255))


def test_the_latent_cloud_rings_the_code_of_the_drawing() -> None:
    scene = made("digits", "vae", 2)
    scene.sketch = scene.run.test[3]
    ring = layer(picture(Latent(), scene), "your drawing")
    assert isinstance(ring, Points)
    with torch.no_grad():
        np.testing.assert_allclose(ring.xy[0], scene.run.network.encode(scene.run.test[3:4])[0], rtol=1e-5)


def test_of_a_pad_under_the_pen_only_the_newest_drawing_counts() -> None:
    first, last = (Sketch(pixels=np.full((2, 2), value, np.float32)) for value in (0.0, 1.0))
    picks = [Pick(panel="a", xy=(0.0, 0.0)), Pick(panel="b", xy=(0.0, 0.0))]
    assert coalesced([first, last, *picks, first]) == [last, picks[1], first], "and there is one cursor"


def test_a_drawing_crosses_the_pipe() -> None:
    command = decode_command(encode(Sketch(pixels=np.eye(3, dtype=np.float32))))
    assert isinstance(command, Sketch)
    assert command.pixels is not None
    assert (command.pixels == np.eye(3)).all()
    assert decode_command(encode(Sketch(pixels=None))) == Sketch(pixels=None)


def drawn(shown: Picture | None) -> bool:
    """Whether a picture shows a drawing."""
    return shown is not None and isinstance(shown.layers[0], Images) and shown.layers[0].columns[0] == "drawing"


def test_the_engine_answers_a_drawing() -> None:
    panel = Panel(key="pad", probe=Sketched())
    with Driver() as engine:
        engine.build(experiment("digits", "vae"), (panel,))
        engine.send(Sketch(pixels=np.eye(8, dtype=np.float32)))
        engine.until(Frame, lambda frame: drawn(frame.pictures.get("pad")))
        assert engine.end().code == 0


def test_the_engine_says_why_a_drawing_is_none_of_the_data() -> None:
    with Driver() as engine:
        engine.build(experiment("moons", "vae"))
        engine.send(Sketch(pixels=np.eye(8, dtype=np.float32)))
        assert "these data are points" in engine.until(Failed).values["reason"]
        assert engine.end().code == 0


# ---------------------------------------------------------------------------------------------------------------- feature maps


@pytest.mark.parametrize("model", ["conv-vae", "unet"])
def test_each_convolution_has_its_row_of_maps(model: str) -> None:
    scene = made("dial", model, 1)
    shown = picture(FeatureMaps(channels=6), scene).layers[0]
    assert isinstance(shown, Images)
    with torch.no_grad():
        maps = scene.run.network.maps(scene.run.test[:1], 0.0)
    assert shown.pixels.shape == (len(maps) - 1, 6, 16, 16), "all but what leaves"
    assert shown.rows[0].startswith(f"{maps[0].shape[1]} × ")
    if model == "conv-vae":
        first = maps[0][0, 2].numpy()
        grown = np.kron((first - first.min()) / np.ptp(first), np.ones((16 // first.shape[0],) * 2))
        np.testing.assert_allclose(shown.pixels[0, 2], grown * 255, atol=1.0)
