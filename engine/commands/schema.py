# SPDX-License-Identifier: MIT
"""`schema`: the JSON Schema of a recipe, with every parameter's limits, label and help."""

from __future__ import annotations

import msgspec

from engine.protocol.arguments import Schema
from engine.protocol.recipe.experiment import schema


def main(options: Schema) -> int:
    """Print the schema as indented JSON."""
    print(msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode())
    return 0
