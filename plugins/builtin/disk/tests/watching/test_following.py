"""Whatever a program does as fast as it can: who looks where the watcher says ends with what is on the disk."""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any

import pytest
import trio

from mosaicfs.model.configuration import WatchSettings
from mosaicfs_disk.watching import Doubt, Event, Gone, Moved, NewFolder, RootGone, Touched

Listen = Callable[..., AbstractAsyncContextManager[Any]]
Tree = dict[bytes, bytes | None]
"""Every path with what is in the file; None for a folder."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is the kernel's of Linux")


@pytest.fixture(params=["auto", "fanotify"])
def driver(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("fanotify")) if request.param == "fanotify" else "auto"


class Follower:
    """Knows what it was told to look at, and trusts a renamed folder to be what it was."""

    def __init__(self, root: Path) -> None:
        self.known = found_at(bytes(root))

    def follow(self, event: Event) -> None:
        match event:
            case Touched(path) | Gone(path) | NewFolder(path) | Doubt(path):
                self._look(path)
            case Moved(old, new, is_folder):
                moved = [path for path in self.known if lies_in(path, old)]
                self.known |= {new + path[len(old) :]: self.known.pop(path) for path in moved}
                if not (is_folder and moved and os.path.isdir(new)):  # noqa: PTH112 - paths are bytes
                    self._look(new)
            case RootGone():
                pytest.fail("the root stays")

    def _look(self, path: bytes) -> None:
        self.known = {known: what for known, what in self.known.items() if not lies_in(known, path)} | found_at(path)


def lies_in(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder + b"/")


def found_at(path: bytes) -> Tree:
    place = Path(os.fsdecode(path))
    found: Tree = {}
    for each in [place, *place.rglob("*")]:
        with suppress(OSError):
            found[bytes(each)] = None if each.is_dir() else each.read_bytes()
    return found


def havoc(root: Path, chance: random.Random, steps: int) -> None:
    """Each step may be impossible; then nothing happens."""
    names = [
        f"{folder}{name}" for folder in ("", "d/", "e/", "d/e/", "e/d/", "d/e/d/") for name in ("a", "b", "d", "e")
    ]
    for step in range(steps):
        one, other = (root / chance.choice(names) for _ in range(2))
        with suppress(OSError):
            match chance.randrange(8):
                case 0 | 1:
                    one.write_bytes(b"%d" % step)
                case 2:
                    one.mkdir(parents=True)
                case 3:
                    one.unlink()
                case 4 if chance.random() < 0.4:
                    shutil.rmtree(one)
                case 5 if one.is_dir() and chance.random() < 0.3:
                    one.rename(root.with_name(f"outside-{step}"))
                case _:
                    one.rename(other)


@pytest.mark.parametrize("seed", range(5))
async def test_a_follower_ends_with_what_is_there(listen: Listen, tmp_path: Path, seed: int) -> None:
    root = tmp_path / "root"
    root.mkdir()
    chance = random.Random(seed)
    havoc(root, chance, 60)
    settings = WatchSettings(debounce_ms=chance.choice([1, 20, 100]), rename_window_ms=200, min_interval_s=0)
    follower = Follower(root)
    async with listen(root, settings=settings) as heard:
        for _ in range(3):
            await trio.to_thread.run_sync(havoc, root, chance, 150)
        there = found_at(bytes(root))
        with trio.move_on_after(5):
            while follower.known != there or not heard.watches(_folders(there)):
                follower.follow(await heard.watching.events().receive())
        assert follower.known == there
        assert heard.watches(_folders(there))


def _folders(tree: Tree) -> int:
    return sum(what is None for what in tree.values())
