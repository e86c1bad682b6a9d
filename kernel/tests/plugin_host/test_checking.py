"""A plugin is found by its name or by where it lies, and looked at until something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosaicfs.model.configuration import PluginsSettings
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin_check import PluginCheck
from mosaicfs.model.plugin_kind import PluginGround
from mosaicfs.plugin_host.checking import NoSuchPluginError, check_plugin, find_plugin

HEAD = """
from dataclasses import dataclass
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.plugin_info import PluginInfo

@dataclass(frozen=True)
class Options:
    size: int
    name: str = "x"

PLUGIN = PluginInfo(name="mine", title="Mine", summary="", version="7", api=1, options=Options)
"""
GOOD = HEAD + "@hookimpl\nasync def annotate(event):\n    return None\n"


@pytest.fixture
def ground(tmp_path: Path) -> PluginGround:
    folder = tmp_path / "plugins"
    folder.mkdir(mode=0o755)
    return PluginGround("node-a", folder, tmp_path / "run", tmp_path / "state", PluginsSettings())


def write(folder: Path, source: str) -> Path:
    path = folder / "mine.py"
    path.write_text(source)
    path.chmod(0o644)
    return path


def looked_at(word: str, ground: PluginGround, options: JsonObject | None = None) -> list[PluginCheck]:
    return list(check_plugin(find_plugin(word, ground), options or {}))


def test_a_good_one_passes_each_step(ground: PluginGround) -> None:
    write(ground.plugins_dir, GOOD)
    assert [(check.id, check.status, check.detail) for check in looked_at("mine", ground)] == [
        ("name", "ok", "mine"),
        ("file", "ok", str(ground.plugins_dir / "mine.py")),
        ("load", "ok", ""),
        ("describe", "ok", "Mine 7"),
        ("hooks", "ok", "annotate"),
        ("schema", "ok", "size, name"),
        ("options", "ok", "still to be set: size"),
    ]


SPOILT = {
    "load": ("raise ValueError('no')", {}, "import failed: ValueError: no (mine.py:1)"),
    "describe": (GOOD.replace('name="mine"', 'name="yours"'), {}, "calls itself yours"),
    "hooks": (HEAD, {}, "it answers no hook"),
    "schema": (GOOD.replace("size: int", "size: list"), {}, "its option size must be str"),
    "options": (GOOD, {"size": "much"}, "size must be a number"),
}


@pytest.mark.parametrize("step", SPOILT)
def test_it_ends_with_what_is_wrong(step: str, ground: PluginGround) -> None:
    source, options, said = SPOILT[step]
    write(ground.plugins_dir, source)
    *passed, last = looked_at("mine", ground, options)
    assert (last.id, last.status) == (step, "fail")
    assert said in last.detail
    assert all(check.status == "ok" for check in passed)


def test_a_name_that_no_plugin_can_have(ground: PluginGround, tmp_path: Path) -> None:
    path = tmp_path / "Mine.py"
    path.write_text(GOOD)
    (check,) = looked_at(str(path), ground)
    assert (check.id, check.status) == ("name", "fail")


def test_a_link_that_leads_out_of_the_folder_is_unsafe(ground: PluginGround, tmp_path: Path) -> None:
    (ground.plugins_dir / "mine.py").symlink_to(write(tmp_path, GOOD))
    *_, last = looked_at("mine", ground)
    assert (last.id, last.status) == ("file", "fail")


def test_a_folder_of_a_distribution_needs_no_installation(ground: PluginGround, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a_plugin_that_is_checked.py").write_text(GOOD)
    (tmp_path / "pyproject.toml").write_text(
        '[project.entry-points."mosaicfs.plugins"]\nmine = "a_plugin_that_is_checked"\n'
    )
    checks = {check.id: check.status for check in looked_at(str(tmp_path), ground)}
    assert checks["file"] == "skip"
    assert checks["options"] == "ok"


@pytest.mark.parametrize("project", ["", '[project.entry-points."mosaicfs.plugins"]\na = "a"\nb = "b"\n'])
def test_a_folder_that_names_none_or_several_is_told(ground: PluginGround, tmp_path: Path, project: str) -> None:
    (tmp_path / "pyproject.toml").write_text(project)
    with pytest.raises(NoSuchPluginError):
        find_plugin(str(tmp_path), ground)


@pytest.mark.parametrize("word", ["nothing-of-this-name", "./nothing.py", "/"])
def test_what_is_no_plugin_is_told(ground: PluginGround, word: str) -> None:
    with pytest.raises(NoSuchPluginError):
        find_plugin(word, ground)
