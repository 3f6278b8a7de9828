# SPDX-License-Identifier: MIT
"""Recipes of earlier versions of the app: each step takes plain data of one version to the next, and changes nothing else.

Whoever changes what a recipe's words mean raises `VERSION`, adds a line here, and puts a recipe of the version before into
tests/golden/recipes, where it stays for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from engine.protocol.recipe.experiment import VERSION

Step = Callable[[dict[str, Any]], dict[str, Any]]

#: version → what makes the next one of it; pure: the argument stays as it is.
STEPS: Final[Mapping[int, Step]] = MappingProxyType({})


def migrated(plain: dict[str, Any], steps: Mapping[int, Step] = STEPS, newest: int = VERSION) -> dict[str, Any]:
    """Plain data of a recipe, as this version of the app writes them. A version that no step knows is left for the check."""
    version = plain.get("version", newest)
    while type(version) is int and version < newest and version in steps:
        plain = {**steps[version](plain), "version": version + 1}
        version += 1
    return plain
