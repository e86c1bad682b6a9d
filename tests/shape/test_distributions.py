"""Every distribution says the same thing about itself in every place where it says it."""

from __future__ import annotations

import re
from importlib import import_module, metadata

import pytest

from tests.shape.workspace import ROOT, Distribution, distributions, kernel, modules, pyproject, root_distribution

each_distribution = pytest.mark.parametrize("distribution", distributions(), ids=lambda d: d.name)


@each_distribution
def test_folder_name_and_import_agree(distribution: Distribution) -> None:
    packages = [path.name for path in (distribution.folder / "src").iterdir() if path.is_dir()]
    assert packages == [distribution.package]
    kind = {"bridges": "mosaicfs-bridge-", "search": "mosaicfs-search-"}.get(
        distribution.folder.parent.name, "mosaicfs-"
    )
    assert distribution.name == kind + distribution.folder.name


@each_distribution
def test_licence_readme_and_types_come_along(distribution: Distribution) -> None:
    assert distribution.project["license"] == "Apache-2.0"
    assert (distribution.folder / distribution.project["readme"]).read_text(encoding="utf-8").strip()
    assert (distribution.folder / "src" / distribution.package / "py.typed").is_file()


@each_distribution
def test_there_is_one_version_for_all(distribution: Distribution) -> None:
    version = import_module("mosaicfs").__version__
    assert distribution.project["version"] == version == root_distribution().project["version"]


@each_distribution
def test_every_import_of_a_stranger_is_a_declared_dependency(distribution: Distribution) -> None:
    extras = distribution.project.get("optional-dependencies", {}).values()
    wanted = [*distribution.project.get("dependencies", []), *(one for extra in extras for one in extra)]
    declared = {_canonical(requirement) for requirement in wanted}
    installed = metadata.packages_distributions()
    used = {
        (each.target.split(".")[0], str(each))
        for module in modules(distribution)
        for each in module.imports()
        if each.target.split(".")[0] in installed and each.target.split(".")[0] != distribution.package
    }
    missing = [place for package, place in used if not {_canonical(name) for name in installed[package]} & declared]
    assert not missing, "\n".join(sorted(missing))


def test_the_whole_is_made_of_all_that_ships() -> None:
    parts = {_canonical(requirement) for requirement in root_distribution().project["dependencies"]}
    ships = {d.name for d in distributions() if d.name != "mosaicfs-sdk"}
    assert not (wrong := parts ^ ships), f"in dependencies of the root pyproject.toml: {wrong}"


def test_the_workspace_and_the_type_checker_know_every_distribution() -> None:
    tools = pyproject(ROOT)["tool"]
    known = set(tools["uv"]["sources"])
    assert not (wrong := known ^ {d.name for d in distributions()}), f"in tool.uv.sources: {wrong}"
    checked = {path.split("/", 1)[1] for path in tools["mypy"]["mypy_path"].split(":")}
    sources = {str((d.folder / "src").relative_to(ROOT)) for d in distributions()}
    assert not (wrong := checked ^ sources), f"in mypy_path: {wrong}"


def test_the_lock_holds_every_dependency_that_is_declared() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = {_canonical(line) for line in lines if re.match(r"[\w.\-]+==", line)}
    members = {line.removeprefix("-e ./") for line in lines if line.startswith("-e ./")}
    folders = {str(d.folder.relative_to(ROOT)) for d in distributions()}
    assert not (wrong := members ^ folders), f"run make lock: {wrong}"
    wanted = {_canonical(r) for d in distributions() for r in d.project.get("dependencies", [])}
    wanted |= {_canonical(r) for r in pyproject(ROOT)["dependency-groups"]["dev"]}
    assert not (lacking := wanted - pinned - {d.name for d in distributions()}), f"run make lock: {lacking}"


def test_the_locks_name_no_registry() -> None:
    """Which one a machine uses is its own affair."""
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert '"resolved"' not in (ROOT / "tests/journeys/peers/package-lock.json").read_text(encoding="utf-8")


def test_the_kernel_stays_light() -> None:
    heavy = {"fastapi", "hypercorn", "httpx", "pydantic", "rich"}
    assert not heavy & {_canonical(requirement) for requirement in kernel().project["dependencies"]}


def _canonical(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9.\-_]+", requirement)
    assert name, f"not a requirement: {requirement}"
    return re.sub(r"[-_.]+", "-", name.group()).lower()
