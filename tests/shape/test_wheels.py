"""Each wheel installs and imports in an environment that holds only what it declares."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.shape.wheels import build, install, run, uv
from tests.shape.workspace import ROOT, Distribution, distributions, root_distribution

pytestmark = pytest.mark.journey

IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    build(folder)
    return folder


@pytest.mark.parametrize("distribution", distributions(), ids=lambda d: d.name)
def test_a_wheel_imports_alone(distribution: Distribution, wheels: Path, tmp_path: Path) -> None:
    python = install({distribution.name}, wheels, tmp_path / "env")
    run(python, "-I", "-W", "error", "-c", IMPORT_ALL, distribution.package)


def test_the_whole_installs_as_one(wheels: Path, tmp_path: Path) -> None:
    python = install({root_distribution().name}, wheels, tmp_path / "env")
    assert root_distribution().project["version"] in run(python.with_name("mosaicfs"), "version")


def test_the_wheel_of_the_control_plane_brings_the_page_though_git_ignores_it(tmp_path: Path) -> None:
    source, page = tmp_path / "control", "src/mosaicfs_control/web"
    unneeded = shutil.ignore_patterns("tests", "web", "__pycache__")
    shutil.copytree(ROOT / "plugins" / "builtin" / "control", source, ignore=unneeded)
    (tmp_path / ".gitignore").write_text("web/\n", encoding="utf-8")
    names = {"index.html", "assets/index-1a2b.js", "assets/index-1a2b.js.br", "preview/frame.html"}
    for name in names:
        (source / page / name).parent.mkdir(parents=True, exist_ok=True)
        (source / page / name).write_text("built", encoding="utf-8")
    uv("build", "--wheel", "--out-dir", tmp_path / "out", source)
    (wheel,) = (tmp_path / "out").glob("*.whl")
    with ZipFile(wheel) as opened:
        assert {f"mosaicfs_control/web/{name}" for name in names} <= set(opened.namelist())
