# SPDX-License-Identifier: MIT
"""The packaging's own files agree with the app: versions, licenses, parts lists, desktop entries. What builds is nightly."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.protocol.places import own_command
from engine.protocol.version import APP

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
DESKTOP = PACKAGING / "desktop"


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The modules of packaging/, which is a folder of scripts and no package."""
    monkeypatch.syspath_prepend(str(PACKAGING))
    import closure
    import licences
    import linux
    import parts
    import sbom

    return SimpleNamespace(licences=licences, linux=linux, parts=parts, sbom=sbom, closure=closure)


def entry(name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DESKTOP / name, encoding="utf-8")
    return parser["Desktop Entry"]


def bundle_with(folder: Path, *names: str) -> Path:
    for name in names:
        file = folder / "_internal" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return folder


def test_the_newest_release_of_the_metainfo_is_the_app():
    releases = ET.parse(DESKTOP / "app.attractor.Attractor.metainfo.xml").findall("releases/release")
    assert releases[0].get("version") == APP


def test_metainfo_desktop_entry_and_icon_bear_one_name(room: SimpleNamespace):
    about = ET.parse(DESKTOP / "app.attractor.Attractor.metainfo.xml")
    assert about.findtext("id") == room.linux.ID
    assert about.findtext("launchable") == f"{room.linux.ID}.desktop"
    assert entry(f"{room.linux.ID}.desktop")["Icon"] == room.linux.ID
    assert all((DESKTOP / name).is_file() for name in room.linux.PLACES)


def test_a_double_click_on_a_recipe_opens_it(room: SimpleNamespace):
    recipe = entry(f"{room.linux.ID}.Recipe.desktop")
    assert recipe["Exec"] == "attractor --recipe %f"
    types = ET.parse(DESKTOP / f"{room.linux.ID}.mime.xml").getroot()
    assert recipe["MimeType"] == types[0].get("type", "") + ";"


def test_each_dependency_of_the_app_has_a_license_text(room: SimpleNamespace):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in project["dependencies"]:
        part = room.licences.distribution(re.split("[<>=~!]", line)[0])
        assert part.texts, f"{part.name} {part.version} brings no text; put one into packaging/texts"


def test_each_distribution_that_goes_along_has_a_license_text(room: SimpleNamespace):
    for name in room.parts.METADATA:
        try:
            assert room.licences.distribution(name).texts, name
        except metadata.PackageNotFoundError:
            assert name in ("pyinstaller", "colorama"), f"{name} is not in the test environment"


def test_each_module_of_a_bundle_belongs_to_a_distribution(room: SimpleNamespace, tmp_path: Path):
    bundle = bundle_with(tmp_path, "numpy/a.pyc", "engine/b.pyc", "json/c.pyc", "PIL/_imaging.so", "numpy.libs/d.so")
    assert room.licences.distributions(bundle) == {"numpy", "pillow"}


def test_a_module_that_nobody_owns_stops_the_build(room: SimpleNamespace, tmp_path: Path):
    bundle = bundle_with(tmp_path, "smuggled/a.pyc")
    with pytest.raises(room.licences.LicenseMissing, match="smuggled"):
        room.licences.distributions(bundle)


def test_the_notice_of_qt_tells_version_and_exchange(room: SimpleNamespace, tmp_path: Path):
    part = room.licences.distribution("PySide6-Essentials")
    room.licences.write(bundle_with(tmp_path, "main.pyc"), [part])
    notice = (tmp_path / "_internal/LICENSES/PySide6-Essentials/NOTICE.txt").read_text(encoding="utf-8")
    assert f"shiboken6 {part.version}," in notice
    assert "How to exchange the Qt libraries" in notice
    assert (tmp_path / "_internal/LICENSES/PySide6-Essentials/LGPL-3.0.txt").stat().st_size > 7000


def test_the_parts_list_names_every_part_once(room: SimpleNamespace):
    found = [room.licences.distribution(name) for name in ("numpy", "torch", "msgspec")]
    document = room.sbom.components(found)
    assert [part["purl"].split("@")[0] for part in document["components"]] == ["pkg:pypi/torch", "pkg:pypi/msgspec"]
    assert document == room.sbom.components(found)


def test_each_lintian_override_has_its_reason():
    lines = (DESKTOP / "lintian-overrides").read_text(encoding="utf-8").splitlines()
    overrides = [place for place, line in enumerate(lines) if line and not line.startswith("#")]
    assert overrides
    for place in overrides:
        assert re.fullmatch(r"attractor: [a-z-]+", lines[place])
        assert lines[place - 1].startswith("# "), f"{lines[place]} has no reason above it"


@pytest.mark.parametrize(
    "name",
    ["torch/include/ATen/ATen.h", "torch/bin/protoc", "PySide6/Qt/qml/QtQuick/x.so", "PySide6/Qt/lib/libQt6Quick.so.6",
     "PySide6/Qt/translations/qt_de.qm", "libX11.so.6", "libgtk-3.so.0", "libstdc++.so.6", "torch/_inductor/ir.pyc"],
)  # fmt: skip
def test_dead_weight_stays_out(room: SimpleNamespace, name: str):
    assert not room.parts.kept(name)


@pytest.mark.parametrize(
    "name",
    ["torch/bin/torch_shm_manager", "torch/lib/libtorch_cpu.so", "PySide6/Qt/lib/libQt6Gui.so.6", "libxcb-cursor.so.0",
     "PySide6/Qt/plugins/platforms/libqxcb.so", "libxkbcommon-x11.so.0", "libQt6Svg.so.6", "scipy/io/matlab/_mio.pyc",
     "PySide6/Qt/plugins/iconengines/libqsvgicon.so", "resources/digits.npy", "libpython3.11.so.1.0"],
)  # fmt: skip
def test_what_the_self_test_needs_stays(room: SimpleNamespace, name: str):
    assert room.parts.kept(name)


def test_strangers_in_a_bundle_are_found(room: SimpleNamespace, tmp_path: Path):
    bundle_with(tmp_path, "nvidia/cublas/x.so", "torch/lib/libtorch_cuda.so", "torch/_library/triton.pyc", "av/a.so")
    assert len({name.split("/")[1] for name in room.closure.foreign(tmp_path)}) == 3


def test_a_frozen_window_starts_the_engine_with_the_program_of_the_commands(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(Path("/opt/attractor/attractor")))
    assert own_command() == [str(Path("/opt/attractor/attractor-cli"))]


def test_the_release_is_checked_on_three_systems():
    yaml = pytest.importorskip("yaml")
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    systems = {row["os"].split("-")[0] for row in workflow["jobs"]["build"]["strategy"]["matrix"]["include"]}
    assert systems == {"ubuntu", "windows", "macos"}


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_a_built_bundle_passes_its_smoke_test():
    bundle = os.environ.get("ATTRACTOR_BUNDLE", "/opt/attractor-build/dist/attractor")
    if not Path(bundle).is_dir():
        pytest.skip("build one first: python packaging/build.py")
    done = subprocess.run([sys.executable, str(PACKAGING / "smoke.py"), bundle], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
