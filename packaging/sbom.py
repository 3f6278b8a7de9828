# SPDX-License-Identifier: MIT
"""Writes the list of a bundle's parts as CycloneDX 1.5 JSON: `python packaging/sbom.py BUNDLE`, in the build environment."""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

from licences import Part, inner, parts


def components(found: list[Part]) -> dict[str, Any]:
    """The document: the app, and every other part as a component; the same parts give the same bytes."""
    own, others = found[0], found[1:]
    identity = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(f"{part.name} {part.version}" for part in found))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": own.name, "name": own.name, "version": own.version}},
        "components": [_component(part) for part in others],
        "dependencies": [{"ref": own.name, "dependsOn": [_address(part) for part in others]}],
    }


def _component(part: Part) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": _address(part),
        "name": part.name,
        "version": part.version,
        "purl": _address(part),
        "licenses": [{"license": {"name": part.terms}}],
    }


def _address(part: Part) -> str:
    """The package URL: PyPI's, Debian's, or Python's own."""
    if "copyright" in part.texts:
        return f"pkg:deb/debian/{part.name}@{part.version}"
    kind = "generic" if part.name == "Python" else "pypi"
    return f"pkg:{kind}/{part.name.lower()}@{part.version}"


if __name__ == "__main__":
    bundle = Path(sys.argv[1])
    file = inner(bundle) / "LICENSES" / "sbom.cdx.json"
    file.write_text(json.dumps(components(parts(bundle)), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{file}: {len(parts(bundle))} parts")
