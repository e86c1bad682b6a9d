"""Whether a watched folder is there and the same: rules over facts, and facts of real folders."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
import trio

from mosaicfs.model.crawling import Change
from mosaicfs.model.times import mtime_text
from mosaicfs_disk import presence
from mosaicfs_disk.presence import (
    MARKER,
    Facts,
    Identity,
    Marker,
    Probe,
    as_they_were,
    facts_of,
    judged_by_sample,
    mark,
    verdict,
)
from mosaicfs_disk.roots import ALL, Roots

HERE = Identity("uuid:1", 5)


@pytest.mark.parametrize(("recorded", "facts", "knows_files", "state"), [
    (None, Facts(HERE), False, "present"),
    (None, Facts(HERE), True, "sample"),
    (HERE, Facts(HERE), True, "present"),
    (HERE, Facts(Identity("uuid:2", 5)), True, "sample"),
    (HERE, Facts(Identity("uuid:1", 6)), True, "sample"),
    (HERE, Facts(Identity("uuid:2", 5)), False, "present"),
    (HERE, Facts(Identity(""), "Permission denied"), True, "absent"),
    (Identity("uuid:1", 5, "w"), Facts(HERE), True, "absent"),
    (Identity("uuid:1", 5, "w"), Facts(Identity("uuid:1", 5, "v")), True, "absent"),
    (HERE, Facts(Identity("uuid:1", 5, "w")), True, "present"),
])  # fmt: skip
def test_the_three_rules(recorded: Identity | None, facts: Facts, *, knows_files: bool, state: str) -> None:
    assert verdict(recorded, facts, knows_files=knows_files, marker_required=False).state == state


def test_a_marker_may_be_required() -> None:
    assert verdict(HERE, Facts(HERE), knows_files=True, marker_required=True).state == "absent"
    assert verdict(HERE, Facts(Identity("uuid:1", 5, "w")), knows_files=True, marker_required=True).state == "present"


@pytest.mark.parametrize(("tried", "found", "state"), [(200, 180, "present"), (200, 179, "absent"), (0, 0, "absent")])
def test_nine_of_ten_known_files_are_enough(tried: int, found: int, state: str) -> None:
    assert judged_by_sample(tried, found).state == state


def test_a_folder_is_known_again_and_another_is_not(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    assert facts_of(str(first)) == facts_of(str(first))
    assert facts_of(str(first)).identity != facts_of(str(second)).identity
    assert facts_of(str(tmp_path / "missing")).trouble


def test_a_marker_is_written_once_and_read(tmp_path: Path) -> None:
    written = mark(str(tmp_path), Marker("w1", "n", "2026-01-01T00:00:00Z"))
    again = mark(str(tmp_path), Marker("w2", "n", "2026-01-01T00:00:00Z"))
    assert (written.watch_id, again.watch_id) == ("w1", "w1")
    assert facts_of(str(tmp_path)).identity.watch_id == "w1"
    (tmp_path / MARKER).write_text("garbage")
    assert facts_of(str(tmp_path)).identity.watch_id == "unreadable"


def test_files_are_as_they_were_by_size_and_time(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("abc")
    found = file.stat()
    same = Change(action="update", export_path=str(file), size=3, mtime=mtime_text(found.st_mtime_ns))
    assert as_they_were([same, Change(action="update", export_path=str(file), size=4, mtime=same.mtime)]) == 1


async def test_a_folder_that_hangs_is_given_up_and_not_asked_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wakes, asked = threading.Event(), []

    def hanging(path: str) -> Facts:
        asked.append(path)
        wakes.wait()
        return Facts(HERE)

    monkeypatch.setattr(presence, "facts_of", hanging)
    probe = Probe(str(tmp_path), limit_s=0.05)
    try:
        assert (await probe.facts()).trouble == "it does not answer"
        assert (await probe.facts()).trouble == "it does not answer"
        assert len(asked) == 1
    finally:
        wakes.set()


async def test_two_who_ask_at_once_are_both_answered(tmp_path: Path) -> None:
    probe = Probe(str(tmp_path))
    troubles: list[str] = []

    async def ask() -> None:
        troubles.append((await probe.facts()).trouble)

    async with trio.open_nursery() as nursery:
        for _ in range(8):
            nursery.start_soon(ask)
    assert troubles == [""] * 8


def test_what_is_remembered_of_roots_survives(tmp_path: Path) -> None:
    roots = Roots(tmp_path / "roots.json")
    roots.learn("/a", HERE)
    roots.crawled("/a", 7.0)
    roots.crawled(ALL, 8.0)
    again = Roots(tmp_path / "roots.json")
    assert (again["/a"].identity, again["/a"].crawled_at, again["/b"].identity) == (HERE, 7.0, None)
    assert (again[ALL].crawled_at, again.paths()) == (8.0, ["/a"])
    assert os.listdir(tmp_path) == ["roots.json"]  # noqa: PTH208
    (tmp_path / "roots.json").write_text("{")
    assert Roots(tmp_path / "roots.json").paths() == []
