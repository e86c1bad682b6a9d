"""What the agent does when somebody who reads found a file gone, or other than its document says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from mosaicfs.model.configuration import WatchSettings
from mosaicfs.model.json import JsonObject
from plugins.builtin.disk.tests.scene import Scene, put


async def test_a_look_that_is_asked_for_finds_what_no_watcher_told_of(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    put(scene.root / "a")
    put(scene.root / "b")
    scene.kernel.settings = replace(scene.kernel.settings, watch=WatchSettings(enabled=False))
    async with scene.running():
        await scene.until(lambda: scene.names == ["a", "b"])
        put(scene.root / "a", "longer than before")
        (scene.root / "b").unlink()
        for name in ("a", "b"):
            assert await scene.ask(do="look", path=str(scene.root / name)) == {
                "path": str(scene.root / name),
                "looked": True,
            }
        assert scene.names == ["a"]
        assert scene.index.files[str(scene.root / "a")].size == 18
        refused = await scene.ask(do="look", path="/elsewhere/a")
        assert cast(JsonObject, refused["error"])["code"] == "bad_request"
