"""What is below `/.mosaic`: views and searches that somebody asks for by name."""

from __future__ import annotations

import pytest

from kernel.tests.tree.world import World
from mosaicfs.errors import BadQueryError, NotShownError


def test_views_are_reachable_by_name_and_listed_only_if_wanted() -> None:
    world = World()
    assert world.names("/") == []
    assert [(each.name, each.inode) for each in world.listing("/.mosaic").entries] == [
        ("recent", 5),
        ("search", 4),
        ("status.json", 3),
    ]
    assert world.evaluator.look_up(world.filing, "/.mosaic").inode == 2
    assert world.evaluator.look_up(world.filing, "/.mosaic/status.json").inode == 3
    showing = world.fresh(show_mosaic=True)
    assert [each.inode for each in showing.listing(world.filing, "/").entries] == [2]


def test_a_search_is_a_directory_and_is_remembered() -> None:
    world = World()
    world.file("/d/note.txt")
    world.file("/d/other.txt")
    assert world.names("/.mosaic/search/note") == ["note.txt"]
    assert world.evaluator.look_up(world.filing, "/.mosaic/search/note/note.txt").kind == "file"
    assert world.names("/.mosaic/search") == ["note"]
    world.file("/e/note.md")
    assert world.names("/.mosaic/search/note") == ["note.md", "note.txt"]
    for path in ("/.mosaic/search/.hidden", "/.mosaic/search/note/d", "/.mosaic/other"):
        with pytest.raises(NotShownError):
            world.listing(path)
    with pytest.raises(BadQueryError):
        world.listing("/.mosaic/search/weather:fine")


def test_only_so_many_searches_are_remembered() -> None:
    world = World()
    for number in range(60):
        world.listing(f"/.mosaic/search/word{number}")
    assert len(world.names("/.mosaic/search")) == 50


def test_recent_files_are_the_newest_of_this_instance() -> None:
    world = World()
    for number in range(120):
        world.file(f"/d/{number:03}", age=number)
    world.imported(1, "0190aa12-peer", "docs")
    world.file("/docs/theirs", "0190aa12-peer")
    assert world.names("/.mosaic/recent") == [f"{number:03}" for number in range(100)]


def test_a_search_is_followed_after_directories_have_changed() -> None:
    world = World()
    world.file("/note1")
    assert world.names("/.mosaic/search/note") == ["note1"]
    world.directory("/other")
    assert world.names("/.mosaic/search/note") == ["note1"]
    world.file("/note2")
    assert world.names("/.mosaic/search/note") == ["note1", "note2"]
