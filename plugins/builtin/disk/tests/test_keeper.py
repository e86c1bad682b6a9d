"""The whole face on real folders, with a real watcher and a real socket; only the index is a fake that keeps paths."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
import trio

from mosaicfs.model.configuration import AgentSettings, CrawlSettings, Settings
from mosaicfs.model.crawling import Source
from mosaicfs.model.indexing import CrawlCounts
from mosaicfs.model.json import Json, JsonObject
from mosaicfs_disk import presence
from mosaicfs_disk.control_socket import BadRequestError
from mosaicfs_disk.keeper import FIRST_DONE, outermost
from mosaicfs_disk.presence import Marker, facts_of, mark
from plugins.builtin.disk.tests.scene import QUICK, Scene, put

pytestmark = pytest.mark.patient


async def test_a_folder_is_crawled_and_then_followed(scene: Scene) -> None:
    put(scene.root / "a")
    put(scene.root / "deep/b")
    async with scene.running():
        await scene.until(lambda: scene.names == ["a", "deep/b"])
        put(scene.root / "new")
        put(scene.root / "newer/deep/c")
        await scene.until(lambda: scene.names == ["a", "deep/b", "new", "newer/deep/c"])
        (scene.root / "a").unlink()
        await scene.until(lambda: scene.names == ["deep/b", "new", "newer/deep/c"])
        (scene.root / "new").rename(scene.root / "deep/moved")
        await scene.until(lambda: scene.names == ["deep/b", "deep/moved", "newer/deep/c"])
        (scene.root / "deep").rename(scene.root / "elsewhere")
        await scene.until(lambda: scene.names == ["elsewhere/b", "elsewhere/moved", "newer/deep/c"])
    root = str(scene.root)
    assert (f"{root}/new", f"{root}/deep/moved") in scene.index.moves
    assert (f"{root}/deep", f"{root}/elsewhere") in scene.index.moves
    assert scene.said.fares == {"crawler": "healthy", "watcher": "healthy"}


async def test_a_folder_that_vanishes_with_all_in_it_loses_its_files(scene: Scene) -> None:
    put(scene.root / "deep/er/b")
    put(scene.root / "a")
    async with scene.running():
        await scene.until(lambda: scene.names == ["a", "deep/er/b"])
        (scene.root / "deep").rename(scene.root.parent / "outside")
        await scene.until(lambda: scene.names == ["a"])


async def test_excluded_names_are_not_taken_from_the_watcher(scene: Scene) -> None:
    async with scene.running():
        await scene.until(lambda: bool(scene.index.crawled))
        put(scene.root / "half.part")
        put(scene.root / "node_modules/x")
        put(scene.root / "good")
        await scene.until(lambda: "good" in scene.names)
    assert scene.names == ["good"]


async def test_a_root_that_goes_deletes_nothing_and_is_taken_up_again(scene: Scene) -> None:
    put(scene.root / "a")
    put(scene.root / "b")
    key = f"watch_path_inaccessible:{scene.root}"
    async with scene.running() as keeper:
        await scene.until(lambda: scene.names == ["a", "b"])
        away = scene.root.parent / "away"
        scene.root.rename(away)
        await scene.until(lambda: key in scene.said.holding)
        assert scene.names == ["a", "b"]
        assert {severity for severity, _ in scene.said.observed[key]} == {"error"}
        (away / "b").unlink()
        away.rename(scene.root)
        keeper.folders[str(scene.root)].recheck()
        await scene.until(lambda: scene.names == ["a"])
        await scene.until(lambda: key not in scene.said.holding)
        assert scene.index.crawled[-1] == (str(scene.root), "reconnect")
        put(scene.root / "c")
        await scene.until(lambda: scene.names == ["a", "c"])


async def test_a_marker_is_recommended_where_a_folder_can_hardly_be_known_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "facts_of", lambda path: facts_of(path)._replace(is_weak=True))
    wanted = f"marker_recommended:{scene.root}"
    async with scene.running():
        await scene.until(lambda: wanted in scene.said.holding)
    mark(str(scene.root), Marker(watch_id="the-same", node_id="node-a", created_at="2026-01-15T14:30:00Z"))
    async with scene.running():
        await scene.until(lambda: wanted not in scene.said.holding)


async def test_the_end_of_the_very_first_crawl_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs_disk.keeper.TELL_S", 0.01)
    scene, other, away = Scene(tmp_path), tmp_path / "other", tmp_path / "away"
    put(scene.root / "a")
    put(other / "b")
    paths = (str(scene.root), str(other), str(away))
    scene.kernel.settings = Settings(agent=AgentSettings(watch_paths=paths), watch=QUICK)
    async with scene.running():
        await scene.until(lambda: FIRST_DONE in scene.said.holding)
    async with scene.running():
        await scene.until(lambda: len(scene.index.crawled) == 4)
        put(away / "c")
        await trio.sleep(0.1)
    (told,) = scene.said.observed[FIRST_DONE]
    severity, message = told
    assert severity == "info"
    assert message.startswith(f"2 files are in the index: {scene.root} (1), {other} (1). Not there yet: {away};")


async def test_a_first_crawl_that_was_cut_short_is_not_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mosaicfs_disk.keeper.TELL_S", 0.01)
    put(scene.root / "a")
    crawl, allowed = scene.index.crawl, trio.Event()

    async def slow(source: Source) -> CrawlCounts:
        await allowed.wait()
        return await crawl(source)

    monkeypatch.setattr(scene.index, "crawl", slow)
    async with scene.running() as running:
        await scene.until(lambda: running.folders[str(scene.root)].state == "present")
        await trio.sleep(0.1)
    assert FIRST_DONE not in scene.said.observed
    allowed.set()
    async with scene.running():
        await scene.until(lambda: FIRST_DONE in scene.said.observed)


async def test_another_folder_in_its_place_must_be_accepted(scene: Scene) -> None:
    put(scene.root / "a")
    key = f"watch_path_inaccessible:{scene.root}"
    async with scene.running():
        await scene.until(lambda: scene.names == ["a"])
    scene.root.rename(scene.root.parent / "away")
    put(scene.root / "other")
    async with scene.running():
        await scene.until(lambda: key in scene.said.holding)
        assert scene.names == ["a"]
        refused = await scene.ask(do="crawl", path=str(scene.root))
        assert cast(JsonObject, refused["error"])["code"] == "unavailable"
        assert (await watched(scene))["other"] is True
        assert await scene.ask(do="accept", path=str(scene.root)) == {"path": str(scene.root)}
        await scene.until(lambda: scene.names == ["other"])
        assert "other" not in await watched(scene)


async def watched(scene: Scene) -> JsonObject:
    (folder,) = cast(list[Json], (await scene.ask(do="status"))["watch_paths"])
    return cast(JsonObject, folder)


async def test_a_folder_that_is_not_there_cannot_be_accepted_as_another(scene: Scene) -> None:
    put(scene.root / "a")
    key = f"watch_path_inaccessible:{scene.root}"
    async with scene.running():
        await scene.until(lambda: scene.names == ["a"])
    scene.root.rename(scene.root.parent / "away")
    async with scene.running():
        await scene.until(lambda: key in scene.said.holding)
        assert "other" not in await watched(scene)


async def test_what_the_socket_answers(scene: Scene, tmp_path: Path) -> None:
    put(scene.root / "a")
    async with scene.running():
        await scene.until(lambda: scene.names == ["a"])
        socket = scene.kernel.places.runtime_dir / "agent.sock"
        assert socket.stat().st_mode & 0o777 == 0o600
        done = await scene.ask(do="crawl", now=True)
        assert cast(JsonObject, cast(list[Json], done["crawls"])[0])["seen"] == 1
        assert scene.index.crawled[-1] == (str(scene.root), "manual")
        assert len(cast(list[Json], (await scene.ask(do="holds"))["holds"])) == 1
        assert await scene.ask(do="confirm", hold_id="wp-1") == {"hold_id": "wp-1", "deleted": 3}
        assert cast(JsonObject, (await scene.ask(do="confirm", hold_id="?"))["error"])["code"] == "bad_request"
        marked = await scene.ask(do="mark", path=str(scene.root))
        assert (scene.root / ".mosaicfs-folder").read_text().startswith(f'{{"watch_id":"{marked["watch_id"]}"')
        status = await scene.ask(do="status")
        assert cast(JsonObject, cast(list[Json], status["watch_paths"])[0])["state"] == "present"
        put(tmp_path / "second/b")
        await scene.ask(do="watch", path=str(tmp_path / "second"))
        await scene.until(lambda: f"{tmp_path}/second/b" in scene.index.files)
        assert cast(JsonObject, (await scene.ask(do="dance"))["error"])["code"] == "bad_request"
        assert cast(JsonObject, (await scene.ask(do="crawl", path="/nowhere"))["error"])["code"] == "bad_request"
    assert not socket.exists()


async def test_a_stale_socket_is_replaced(scene: Scene) -> None:
    with trio.socket.socket(trio.socket.AF_UNIX) as stale:
        await stale.bind(str(scene.kernel.places.runtime_dir / "agent.sock"))
    async with scene.running():
        assert "watch_paths" in await scene.ask(do="status")


async def test_what_is_not_watched_any_more_is_left(scene: Scene, tmp_path: Path) -> None:
    async with scene.running():
        await scene.until(lambda: bool(scene.index.crawled))
    scene.kernel.settings = Settings(watch=QUICK)
    await scene.add()
    async with scene.running():
        await scene.until(lambda: scene.index.left == [str(scene.root)])
    async with scene.running():
        await trio.sleep(0.05)
    assert scene.index.left == [str(scene.root)]


async def test_our_own_folders_are_refused(scene: Scene, tmp_path: Path) -> None:
    ours = str(tmp_path / "ours")
    scene.kernel.settings = Settings(agent=AgentSettings(watch_paths=(ours, "relative")), watch=QUICK)
    async with scene.running() as keeper:
        assert keeper.folders == {}
    assert scene.said.holding == {f"watch_path_refused:{ours}", "watch_path_refused:relative"}


async def test_a_crawl_that_the_control_plane_asks_for_tells_how_far_it_is(scene: Scene) -> None:
    (scene.root / "a").touch()
    told: list[JsonObject] = []
    async with scene.running():
        await scene.until(lambda: bool(scene.index.crawled))
        found = await scene.kernel.workers["reindex"]({"path": str(scene.root)}, told.append)
        assert scene.index.crawled.count((str(scene.root), "manual")) == 1
        assert scene.index.relearned == 0
        await scene.kernel.workers["reindex"]({"path": str(scene.root), "rebuild_derived": True}, told.append)
        assert scene.index.relearned == 1
    assert cast(list[dict[str, Json]], found["crawls"])[0]["seen"] == 1
    assert told[0]["phase"] == "idle"


async def test_a_poll_of_all_sources_goes_on_past_one_that_is_away(scene: Scene, tmp_path: Path) -> None:
    away = tmp_path / "away"
    put(scene.root / "a")
    scene.allow(watch=[away, scene.root])
    told: list[JsonObject] = []
    async with scene.running() as keeper:
        await scene.until(lambda: keeper.folders[str(away)].state == "absent" and bool(scene.index.crawled))
        found = await scene.kernel.workers["source_poll"]({"what": "all"}, told.append)
    assert [cast(dict[str, Json], each)["seen"] for each in cast(list[Json], found["crawls"])] == [1]
    (error,) = cast(list[str], found["errors"])
    assert str(away) in error
    assert [each["current"] for each in told] == [[str(away)], [str(scene.root)], []]
    assert told[-1]["counts"] == {"planned": 2, "done": 1, "failed": 1}


async def test_the_control_plane_cannot_make_us_look_outside_of_what_is_watched(scene: Scene, tmp_path: Path) -> None:
    async with scene.running():
        for kind in ("reindex", "path_accept"):
            with pytest.raises(BadRequestError, match="lies in no watched folder"):
                await scene.kernel.workers[kind]({"path": str(tmp_path)}, scene.ignore)
    assert {path for path, _ in scene.index.crawled} <= {str(scene.root)}


async def test_what_the_control_plane_confirms_and_accepts_is_done(scene: Scene) -> None:
    async with scene.running() as keeper:
        await scene.until(lambda: keeper.folders[str(scene.root)].state == "present")
        confirmed = await scene.kernel.workers["hold_confirm"]({"hold_id": "wp-1"}, scene.ignore)
        assert confirmed == {"hold_id": "wp-1", "deleted": 3}
        accepted = await scene.kernel.workers["path_accept"]({"path": str(scene.root)}, scene.ignore)
        assert accepted == {"path": str(scene.root)}
        with pytest.raises(BadRequestError, match="Nothing is held"):
            await scene.kernel.workers["hold_confirm"]({"hold_id": "wp-9"}, scene.ignore)


def test_a_folder_in_another_is_watched_with_it() -> None:
    assert outermost(["/a/b", "/c", "/a", "/ab"]) == ["/c", "/a", "/ab"]


async def test_an_hour_that_is_chosen_while_the_agent_runs_is_kept_to(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mosaicfs_disk.keeper.TICK_S", 0.01)
    now = [datetime(2026, 3, 10, 12, 0).timestamp()]

    def choose(nightly_at: str, *, nightly: bool = True) -> None:
        crawl = CrawlSettings(nightly=nightly, nightly_at=nightly_at, nightly_jitter_s=0)
        scene.kernel.settings = replace(scene.kernel.settings, crawl=crawl)

    def nights() -> int:
        return [trigger for _, trigger in scene.index.crawled].count("scheduled")

    choose("03:00")
    async with scene.running(lambda: now[0]):
        await scene.until(lambda: bool(scene.index.crawled))
        choose("12:01")
        await trio.sleep(0.1)
        assert nights() == 0
        now[0] += 50
        await trio.sleep(0.1)
        now[0] += 20
        await scene.until(lambda: nights() == 1)
        choose("12:02", nightly=False)
        await trio.sleep(0.1)
        now[0] += 59
        await trio.sleep(0.1)
        assert nights() == 1
