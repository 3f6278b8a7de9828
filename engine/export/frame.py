# SPDX-License-Identifier: MIT
"""What stands around the engine's own code in an exported script: settings, the training loop, new examples."""

from __future__ import annotations

from typing import Final

HEAD: Final = '''
# Made by Attractor. It needs torch and numpy, and $name.npz beside it.
#   python $name.py              2,000 new examples of the trained network, as samples.npy; or another count
#   python $name.py train 1000   train anew for 1,000 steps; the loss of each goes to losses.npy
#
# Shapes stand behind the lines: B examples in a minibatch, M numbers in an example, M_hidd inside.
'''

SETTINGS: Final = '''
HERE = Path(__file__).parent if "__file__" in globals() else Path(".")
SAVED = dict(np.load(HERE / $file, allow_pickle=False))  # the weights after $step steps, and the training data


class Values(SimpleNamespace):
    """Some settings by their names."""

    @property
    def __struct_fields__(self):
        return tuple(vars(self))


# The data as the network sees them, one flat example a row; h is known for some.
DATA = Values(train=SAVED["x"], shape=$shape, M=$size, train_latents=SAVED["h"] if "h" in SAVED else None)
x = torch.tensor(DATA.train)  # (N, M)
MODEL = Values($model)
OBJECTIVE = Values($objective)$changed
TRAINING = Values($training)
FLOW = $flow
SIGMA = $sigma  # of the noise that the flow tells the network
# A random stream for each purpose, as in the app.
SEEDS = {$seeds
}


def rng(purpose):
    """A random stream that begins as the app's did."""
    return torch.Generator().manual_seed(SEEDS[purpose])
'''

TRAIN: Final = '''
def train(steps):
    """Train anew from the first weights; returns the network that makes the examples, and the loss of each step."""
    network = $Network(MODEL, DATA, rng("weights"))
    objective = $Objective(OBJECTIVE, network)
    average = copy.deepcopy(network) if TRAINING.ema else None  # of the weights, slowly moving
    optimizer = torch.optim.Adam(objective.parameters(), betas=objective.betas)
    batches, noise, losses = Batches(len(x), TRAINING.batch, rng("batches")), rng("noise"), []
    for step in range(steps):
        rows, loss = batches.draw(), 0.0
        for part in torch.split(rows, TRAINING.micro_batch or len(rows)):
            share = len(part) / len(rows)
            figures = objective.backward(x[part], part, noise, share)  # adds to the gradients
            loss += share * float(figures[0])
        optimizer.param_groups[0]["lr"] = rate_at(step, TRAINING.learning_rate, TRAINING.decay)
        optimizer.step()
        optimizer.zero_grad()
        if average is not None:
            follow(average, network, max(1 - TRAINING.ema, 1 / (step + 2)))
        losses.append(loss)
        if (step + 1) % 1000 == 0:
            print(f"step {step + 1:,}: loss {np.mean(losses[-100:]):.4f}")
    return average or network, losses


@torch.no_grad()
def follow(average, network, weight):
    """Move the averaged weights a little towards the present ones."""
    for slow, fast in zip(average.parameters(), network.parameters()):
        slow.lerp_(fast, weight)
'''

SAMPLE: Final = '''
def trained_before():
    """The network with the weights that the app showed."""
    network = $Network(MODEL, DATA, rng("weights"))
    prefix = "weights/"
    saved = {key.removeprefix(prefix): torch.tensor(SAVED[key]) for key in SAVED if key.startswith(prefix)}
    network.load_state_dict(saved)
    return network


@torch.inference_mode()
def sample(network, count):
    """New examples (count, M), by the flow of the recipe."""
    flow = $Flow(network, x, rng("samples"))
    pieces = [min($piece, count - done) for done in range(0, count, $piece)]
    return torch.cat([flow.sample(piece, FLOW, SIGMA) for piece in pieces])
'''

#: The end of a script.
MAIN: Final = '''
if __name__ == "__main__":
    if sys.argv[1:2] == ["train"]:
        network, losses = train(int(sys.argv[2]))
        np.save(HERE / "losses.npy", np.array(losses))
        print(f"loss after {len(losses):,} steps: {np.mean(losses[-100:]):.4f} (mean of the last 100)")
    else:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
        np.save(HERE / "samples.npy", sample(trained_before(), count).numpy())
        print(f"{count:,} new examples are in samples.npy")
'''


#: The last cell of a notebook.
CELL: Final = '''
samples = sample(trained_before(), 64)  # or: network, losses = train(1000)
print(f"{len(samples)} new examples: mean {samples.mean():.3f}, standard deviation {samples.std():.3f}")
'''
