"""Folders that the control plane adds: watched where this machine allows it, left when they are no more wanted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import trio

from mosaicfs.model.json import Json
from mosaicfs_sdk.fakes.store import MemoryStore
from plugins.builtin.disk.tests.scene import Scene, put


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs_disk.keeper.MOUNTS_S", 0.02)
    monkeypatch.setattr("mosaicfs_disk.keeper.LOOK_S", 0.02)
    monkeypatch.setattr("mosaicfs_disk.keeper.TELL_S", 0.02)


@pytest.mark.usefixtures("quick")
async def test_an_added_folder_is_watched_at_once_and_left_when_it_is_no_more_wanted(
    scene: Scene, tmp_path: Path
) -> None:
    more = tmp_path / "more"
    put(scene.root / "a")
    put(more / "b")
    scene.allow(tmp_path, watch=[scene.root])
    await scene.add()
    async with scene.running() as keeper:
        await scene.until(lambda: f"{scene.root}/a" in scene.index.files)
        await scene.add(more)
        await scene.until(lambda: f"{more}/b" in scene.index.files)
        assert (scene.said.paths, scene.said.adopted) == ((str(scene.root), str(more)), (str(more),))
        assert [folder.facts["origin"] for folder in keeper.folders.values()] == ["file", "instance"]
        put(more / "c")
        await scene.until(lambda: f"{more}/c" in scene.index.files)
        await scene.add()
        await scene.until(lambda: scene.index.left == [str(more)])
        assert (scene.said.paths, scene.said.adopted) == ((str(scene.root),), ())
        put(more / "d")
        put(scene.root / "e")
        await scene.until(lambda: f"{scene.root}/e" in scene.index.files)
    assert f"{more}/d" not in scene.index.files


@pytest.mark.usefixtures("quick")
async def test_what_becomes_of_an_added_folder_is_told_in_a_hurry_and_only_once(scene: Scene, tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    put(inside / "a")
    put(outside / "b")
    scene.allow(inside, watch=[scene.root])
    async with scene.running():
        await scene.until(lambda: scene.root.name in str(scene.said.counters.get("crawler")))
        assert scene.said.hurried == []
        await scene.add(inside, outside)
        settled = {str(inside): "present", str(outside): "refused"}
        await scene.until(lambda: bool(scene.said.hurried) and states(scene.said.hurried[-1]) == settled)
        count = len(scene.said.hurried)
        put(inside / "c")
        await scene.until(lambda: f"{inside}/c" in scene.index.files)
        put(scene.root / "d")
        await scene.until(lambda: f"{scene.root}/d" in scene.index.files)
        assert len(scene.said.hurried) == count


def states(told: Json) -> dict[str, str]:
    """Of those that were added."""
    assert isinstance(told, list)
    added = [each for each in told if isinstance(each, dict) and each["origin"] == "instance"]
    return {str(each["path"]): str(each["state"]) for each in added}


@pytest.mark.usefixtures("quick")
async def test_what_the_owner_changes_while_it_runs_is_gone_by(scene: Scene, tmp_path: Path) -> None:
    more = tmp_path / "more"
    put(scene.root / "a")
    put(scene.root / "b.bak")
    put(more / "c")
    scene.allow(tmp_path, watch=[scene.root])
    await scene.add()
    async with scene.running() as keeper:
        await scene.until(lambda: scene.names == ["a", "b.bak"])
        scene.allow(tmp_path, watch=[scene.root, more])
        await scene.until(lambda: f"{more}/c" in scene.index.files)
        before = scene.kernel.settings
        scene.kernel.settings = replace(before, agent=replace(before.agent, excluded_globs=("**/*.bak",)))
        await scene.until(lambda: f"{scene.root}/b.bak" not in scene.index.files)
        put(scene.root / "d.bak")
        put(scene.root / "e")
        await scene.until(lambda: f"{scene.root}/e" in scene.index.files)
        assert f"{scene.root}/d.bak" not in scene.index.files
        scene.allow(tmp_path, watch=[more])
        await scene.until(lambda: scene.index.left == [str(scene.root)])
        assert list(keeper.folders) == [str(more)]


@pytest.mark.usefixtures("quick")
async def test_a_path_outside_of_the_roots_is_refused_also_where_only_a_link_leads_out(
    scene: Scene, tmp_path: Path
) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    put(inside / "good" / "a")
    put(outside / "secret")
    (inside / "way").symlink_to(outside)
    refused = [outside, inside / "way", inside / ".." / "outside", tmp_path / "inside-not", tmp_path / "ours"]
    scene.allow(inside)
    async with scene.running() as keeper:
        await scene.add(*refused, inside / "good")
        await scene.until(lambda: f"{inside}/good/a" in scene.index.files)
        assert list(keeper.folders) == [str(inside / "good")]
        keys = {f"watch_path_refused:{path}" for path in refused if ".." not in path.parts}
        assert scene.said.holding >= keys
        assert {path for path, _ in scene.index.crawled} == {str(inside / "good")}
        await scene.until(lambda: len(scene.said.observed[f"watch_path_refused:{outside}"]) == 1)
        await scene.add(inside / "good")
        await scene.until(lambda: not scene.said.holding & keys)
    assert len(scene.said.observed[f"watch_path_refused:{outside}"]) == 1, "told once, however often it is looked"


@pytest.mark.usefixtures("quick")
async def test_who_allows_nothing_is_given_nothing(scene: Scene) -> None:
    scene.allow()
    async with scene.running() as keeper:
        await scene.add(scene.root)
        await scene.until(lambda: f"watch_path_refused:{scene.root}" in scene.said.holding)
        assert keeper.folders == {}
        assert scene.index.crawled == []


@pytest.mark.usefixtures("quick")
async def test_a_folder_around_another_takes_its_place_and_gives_it_back(scene: Scene) -> None:
    put(scene.root / "deep" / "a")
    put(scene.root / "b")
    scene.allow(scene.root, watch=[scene.root / "deep"])
    await scene.add()
    async with scene.running() as keeper:
        await scene.until(lambda: scene.names == ["deep/a"])
        await scene.add(scene.root)
        await scene.until(lambda: scene.names == ["b", "deep/a"])
        assert list(keeper.folders) == [str(scene.root)]
        assert scene.index.left == []
        await scene.add()
        await scene.until(lambda: scene.index.left == [str(scene.root)])
        assert list(keeper.folders) == [str(scene.root / "deep")]
    assert scene.index.kept == {str(scene.root): (str(scene.root / "deep"),)}


@pytest.mark.usefixtures("quick")
async def test_nothing_is_left_before_it_is_known_what_the_control_plane_wants(scene: Scene) -> None:
    """A replica that is lost says nothing; what it said before must not look like its end."""
    scene.allow(scene.root)
    await scene.add(scene.root)
    async with scene.running():
        await scene.until(lambda: bool(scene.index.crawled))
    kept, scene.kernel.store = scene.kernel.store, MemoryStore()
    async with scene.running():
        await trio.sleep(0.2)
        assert scene.index.left == []
    scene.kernel.store = kept
    async with scene.running() as keeper:
        await scene.until(lambda: str(scene.root) in keeper.folders)
    assert scene.index.left == []
