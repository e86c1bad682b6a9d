"""Each wheel installs and imports in an environment that holds only what it declares.

Versions come from the lock, so that what is tried here is what the workspace was tried with.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shape.workspace import ROOT, Distribution, distributions, root_distribution

pytestmark = pytest.mark.journey

IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if module.name not in sys.argv[2:]:
        importlib.import_module(module.name)
"""

OF_EXTRAS = ("mosaicfs_mount.fuse",)
"""Modules that need what only an extra brings, and that are imported where it was asked for alone."""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    _uv("build", "--wheel", "--all-packages", "--out-dir", folder)
    return folder


@pytest.fixture(scope="module")
def constraints(wheels: Path) -> Path:
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line.removesuffix("\\").rstrip() for line in locked if re.match(r"[\w.\-]+==", line)]
    path = wheels / "constraints.txt"
    path.write_text("\n".join(pins), encoding="utf-8")
    return path


@pytest.mark.parametrize("distribution", distributions(), ids=lambda d: d.name)
def test_a_wheel_imports_alone(distribution: Distribution, wheels: Path, constraints: Path, tmp_path: Path) -> None:
    python = _installed(distribution, wheels, constraints, tmp_path / "env")
    _run(python, "-I", "-W", "error", "-c", IMPORT_ALL, distribution.package, *OF_EXTRAS)


def test_the_whole_installs_as_one(wheels: Path, constraints: Path, tmp_path: Path) -> None:
    python = _installed(root_distribution(), wheels, constraints, tmp_path / "env")
    assert root_distribution().project["version"] in _run(python.with_name("mosaicfs"), "version")


def _installed(distribution: Distribution, wheels: Path, constraints: Path, env: Path) -> Path:
    _uv("venv", "--python", sys.executable, env)
    own = [_wheel(wheels, name) for name in _with_ours(distribution)]
    _uv("pip", "install", "--python", env, "--constraint", constraints, *own)
    return env / "bin" / "python"


def _with_ours(distribution: Distribution) -> set[str]:
    """The distribution and those of this workspace that it stands on."""
    ours = {each.name: each for each in distributions()}
    below = [ours[name] for name in distribution.project.get("dependencies", []) if name in ours]
    return {distribution.name}.union(*(_with_ours(each) for each in below))


def _wheel(wheels: Path, name: str) -> Path:
    (found,) = wheels.glob(f"{name.replace('-', '_')}-[0-9]*.whl")
    return found


def _uv(*arguments: str | Path) -> None:
    """The program that set the workspace up: on the path, or in the private environment that `make setup` made."""
    found = shutil.which("uv") or shutil.which("uv", path=ROOT / ".tools" / "bin")
    assert found, "uv is missing: run make setup"
    _run(Path(found), *arguments)


def _run(program: Path, *arguments: str | Path) -> str:
    """From the root, where uv finds the workspace. What went wrong is shown, not only that something did."""
    environment = {"UV_SYSTEM_CERTS": "1", **os.environ}
    ran = subprocess.run(
        [program, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=200
    )
    assert ran.returncode == 0, f"{program.name} {' '.join(map(str, arguments[:3]))}\n{ran.stdout}{ran.stderr}"
    return ran.stdout
