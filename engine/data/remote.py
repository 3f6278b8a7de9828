# SPDX-License-Identifier: MIT
"""The one table of what can be downloaded: address, name in the cache, SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_FASHION = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
_IMAGES, _LABELS = "images-idx3-ubyte.gz", "labels-idx1-ubyte.gz"


@dataclass(frozen=True)
class Remote:
    """One file: where it comes from, what it is called in the cache, and the hash that every byte of it must give."""

    name: str
    address: str
    sha256: str


#: data set → its files. MNIST, Fashion-MNIST: training images and labels, test images and labels.
FILES = MappingProxyType({
    "mnist": (
        Remote(f"mnist/train-{_IMAGES}", f"{_MNIST}train-{_IMAGES}",
               "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        Remote(f"mnist/train-{_LABELS}", f"{_MNIST}train-{_LABELS}",
               "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        Remote(f"mnist/t10k-{_IMAGES}", f"{_MNIST}t10k-{_IMAGES}",
               "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        Remote(f"mnist/t10k-{_LABELS}", f"{_MNIST}t10k-{_LABELS}",
               "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
    "fashion_mnist": (
        Remote(f"fashion_mnist/train-{_IMAGES}", f"{_FASHION}train-{_IMAGES}",
               "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        Remote(f"fashion_mnist/train-{_LABELS}", f"{_FASHION}train-{_LABELS}",
               "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        Remote(f"fashion_mnist/t10k-{_IMAGES}", f"{_FASHION}t10k-{_IMAGES}",
               "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        Remote(f"fashion_mnist/t10k-{_LABELS}", f"{_FASHION}t10k-{_LABELS}",
               "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
    "olivetti": (
        Remote("olivetti/olivettifaces.mat", "https://ndownloader.figshare.com/files/5976027",
               "b612fb967f2dc77c9c62d3e1266e0c73d5fca46a4b8906c18e454d41af987794"),
    ),
})  # fmt: skip
