"""Wheels of the workspace, built, and put into environments that hold only what is asked for.

Versions come from the lock, so that what is tried here is what the workspace was tried with.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.shape.workspace import ROOT, distributions, root_distribution


def build(folder: Path, *names: str) -> None:
    """Of these distributions; of all where none is named."""
    if not names:
        uv("build", "--wheel", "--all-packages", "--out-dir", folder)
    for name in names:
        uv("build", "--wheel", "--package", name, "--out-dir", folder)


def install(names: set[str], wheels: Path, env: Path) -> Path:
    """These distributions and those of this workspace that they stand on, as wheels; returns its Python."""
    constraints = env.with_name(f"{env.name}-constraints.txt")
    constraints.write_text("\n".join(_pins()), encoding="utf-8")
    uv("venv", "--python", sys.executable, env)
    own = [_wheel(wheels, name) for name in sorted(set().union(*map(_with_ours, names)))]
    uv("pip", "install", "--python", env, "--constraint", constraints, *own)
    return env / "bin" / "python"


def uv(*arguments: str | Path) -> None:
    """The program that set the workspace up: on the path, or in the private environment that `make setup` made."""
    found = shutil.which("uv") or shutil.which("uv", path=ROOT / ".tools" / "bin")
    assert found, "uv is missing: run make setup"
    run(Path(found), *arguments)


def run(program: Path, *arguments: str | Path) -> str:
    """From the root, where uv finds the workspace. What went wrong is shown, not only that something did."""
    environment = {"UV_SYSTEM_CERTS": "1", **os.environ}
    ran = subprocess.run(
        [program, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=200
    )
    assert ran.returncode == 0, f"{program.name} {' '.join(map(str, arguments[:3]))}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def _pins() -> list[str]:
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [line.removesuffix("\\").rstrip() for line in locked if re.match(r"[\w.\-]+==", line)]


def _with_ours(name: str) -> set[str]:
    ours = {each.name: each for each in (*distributions(), root_distribution())}
    return {name}.union(*(_with_ours(each) for each in ours[name].project.get("dependencies", []) if each in ours))


def _wheel(wheels: Path, name: str) -> Path:
    (found,) = wheels.glob(f"{name.replace('-', '_')}-[0-9]*.whl")
    return found
