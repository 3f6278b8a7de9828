# SPDX-License-Identifier: MIT
"""What the exact denoiser costs at 60,000 images of 784 pixels: memory, and (run alone, `-m bench`) time."""

import subprocess
import sys
import time

import pytest
import torch

from engine.closed_form import exact_denoiser

MEASURE_MEMORY = """
import resource, torch
from engine.closed_form import exact_denoiser
torch.set_num_threads(1)
data = torch.rand(60_000, 784)
exact_denoiser(data[:8], data[:2000], 0.3)  # libraries load what they need
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
exact_denoiser(data[:300] + 0.3 * torch.randn(300, 784), data, 0.3)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss counts kilobytes on Linux only")
def test_60_000_images_take_at_most_256_mb_beside_themselves() -> None:
    done = subprocess.run([sys.executable, "-c", MEASURE_MEMORY], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 256


@pytest.mark.bench
@pytest.mark.parametrize(("queries", "share"), [(64, 0.7), (256, 0.9)])
@pytest.mark.parametrize("sigma", [0.1, 3.0])
def test_the_exact_denoiser_runs_near_the_rate_of_its_two_bare_products(queries: int, share: float, sigma: float) -> None:
    """One thread and its own processor time, the better of five runs each, taken in turn: a busy machine slows both."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rng = torch.Generator().manual_seed(0)
    data = torch.rand(60_000, 784, generator=rng)
    rows = torch.randint(60_000, (queries,), generator=rng)
    x = data[rows] + sigma * torch.randn(queries, 784, generator=rng)
    weights = torch.rand(queries, 60_000, generator=rng)
    bare, exact = [], []
    for _ in range(5):
        start = time.thread_time()
        _ = x @ data.T, weights @ data
        middle = time.thread_time()
        exact_denoiser(x, data, sigma)
        bare.append(middle - start)
        exact.append(time.thread_time() - middle)
    torch.set_num_threads(threads)
    assert min(bare) / min(exact) > share


@pytest.mark.bench
def test_five_thousand_points_in_the_plane_take_less_than_a_frame() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    data, x = torch.randn(600, 2), torch.randn(5000, 2)
    taken = []
    for _ in range(20):
        start = time.thread_time()
        exact_denoiser(x, data, 0.3)
        taken.append(time.thread_time() - start)
    torch.set_num_threads(threads)
    assert min(taken) < 1 / 60
