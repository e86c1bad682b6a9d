"""Copies of a file: what counts, where it lies, what could be read and what a read would use."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mosaicfs.model.entry import Entry
from mosaicfs.model.json import JsonObject
from plugins.builtin.control.tests.api.seeds import HERE, REPORT, Put, file_id, node
from plugins.builtin.control.tests.api.shelf import Shelf
from plugins.builtin.control.tests.api.test_explain import MOUNT, SERVING

FAR = file_id(3)
"""Of `node-nas`, 5,000 bytes."""


async def copies_of(api: httpx.AsyncClient, which: str, **asked: str) -> dict[str, Any]:
    answer = await api.get(f"/api/files/{which}/copies", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def counted(found: dict[str, Any]) -> tuple[int, int, int]:
    return found["copies"], found["places"], found["reachable"]


async def test_the_file_itself_is_a_copy_that_counts_also_while_its_node_is_away(api: httpx.AsyncClient) -> None:
    found = await copies_of(api, FAR)
    assert found == {
        "file_id": FAR,
        "copies": 1,
        "places": 1,
        "reachable": 0,
        "would_open": None,
        "reason": "source_offline",
        "items": [
            {
                "kind": "source",
                "node_id": "node-nas",
                "path": "/srv/report.tar.gz",
                "disk": "node-nas",
                "place": "node-nas",
                "state": "offline",
                "reason": "node offline since 2026-01-15T14:30:00Z",
                "counts": True,
            }
        ],
        "safe_to_remove": [{"item": 0, "safe": False, "reason": "no other place, two are needed"}],
    }


@pytest.mark.parametrize(("cached", "expected"), [(5_000, ("complete", 1)), (100, ("partial", 0))])
async def test_what_a_cache_holds_is_shown_and_not_counted(
    api: httpx.AsyncClient, instance: Any, put: Put, cached: int, expected: tuple[str, int]
) -> None:
    state, opened = expected
    await put({"node::node-nas": node("node-nas", transfer=SERVING)})
    tiers = [Keeping(cached), Shelf("peer", 600, network=True, contents={FAR: b"x"}, where="node-nas")]
    instance.kernel.content.tiers = tiers
    found = await copies_of(api, FAR)
    assert (counted(found), found["would_open"]) == ((1, 1, 1), opened)
    source, cache = found["items"]
    assert (source["state"], source["counts"]) == ("reachable", True)
    assert cache == {"kind": "cache", "node_id": HERE, "state": state, "cached_bytes": cached, "counts": False}


async def test_another_reader_has_ways_of_its_own_to_the_same_disk(api: httpx.AsyncClient, put: Put) -> None:
    disk: JsonObject = {
        "filesystem_id": "9f1c-22",
        "mount_point": "/srv",
        "fs_type": "ext4",
        "device": "/dev/sda1",
        "capacity_bytes": 10,
        "used_bytes": 1,
        "watch_paths_on_fs": ["/srv"],
    }
    await put(
        {
            "node::node-nas": node("node-nas", transfer=SERVING, storage=[disk]),
            "node::node-vm": node("node-vm", network_mounts=[MOUNT]),
        }
    )
    found = await copies_of(api, FAR, **{"from": "node-vm"})
    assert (counted(found), found["would_open"]) == ((1, 1, 1), 0)
    [source] = found["items"]
    assert source["disk"] == "9f1c-22"
    assert [(way["tier"], way["cost"]) for way in source["via"]] == [("mount", 300)]
    itself = await copies_of(api, FAR, **{"from": "node-nas"})
    assert (itself["reachable"], itself["would_open"], "via" in itself["items"][0]) == (1, 0, False)


async def test_a_node_that_is_given_up_holds_nothing_that_counts(api: httpx.AsyncClient, put: Put) -> None:
    await put({"node::node-nas": node("node-nas", status="disabled", transfer=SERVING)})
    found = await copies_of(api, FAR)
    assert (counted(found), found["safe_to_remove"]) == ((0, 0, 0), [])
    assert [each["state"] for each in found["items"]] == ["disabled"]


async def test_a_file_that_was_deleted_has_no_copy_and_an_unknown_one_is_not_found(api: httpx.AsyncClient) -> None:
    gone = await copies_of(api, file_id(4))
    assert (counted(gone), gone["items"], gone["reason"]) == ((0, 0, 0), [], "gone")
    assert (await api.get(f"/api/files/{file_id(99)}/copies")).status_code == 404
    assert (await api.get(f"/api/files/{REPORT}/copies?from=node-none")).status_code == 422


class Keeping(Shelf):
    """A cache that holds so many bytes of every file."""

    def __init__(self, held: int) -> None:
        super().__init__("cache", 200, contents={FAR: b"x"} if held == 5_000 else {})
        self.held = held

    async def keep(self, entry: Entry, source: Any) -> Any:
        raise NotImplementedError("nothing is read here")

    def here(self, entry: Entry) -> int:
        return self.held
