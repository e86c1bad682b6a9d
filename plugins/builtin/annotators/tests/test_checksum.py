"""A digest is that of the content, of one version alone, and is read at a pace."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest
import trio
import trio.testing
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.errors import EntryUnreadableError, SourceUnavailableError
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs_annotators.checksum import digesting, plugin
from mosaicfs_annotators.checksum.pace import Pace
from mosaicfs_sdk.conformance.annotate import AnnotateConformance, Sample
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.builtin.annotators.tests.entries import entry_at, told_of

CONTENT = os.urandom(digesting.PIECE + 17)
BOTH: dict[str, JsonObject] = {"checksum": {"algorithms": "blake3, sha256"}}


class TestAnnotate(AnnotateConformance):
    plugin = plugin
    telling = Sample("report.bin", "application/octet-stream", b"one two three")
    boring = Sample("empty.txt", "text/plain", b"")


@pytest.mark.parametrize("content", [b"", b"a", CONTENT], ids=["empty", "a byte", "more than a piece"])
async def test_the_digest_is_that_of_the_content(plugin_host: MakeHost, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    facts = await told_of(plugin_host(plugin, options=BOTH), path, "application/octet-stream")
    assert facts is not None
    assert (facts["blake3"], facts["sha256"]) == (blake3(content).hexdigest(), sha256(content).hexdigest())
    assert facts["size"] == len(content)
    assert {"mtime", "computed_at"} < set(facts)


async def test_the_same_content_has_the_same_digest(plugin_host: MakeHost, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    (tmp_path / "b").write_bytes(CONTENT)
    host = plugin_host(plugin)
    told = [await told_of(host, tmp_path / name, "text/plain") for name in ("a", "b")]
    assert len({facts["blake3"] for facts in told if facts}) == 1
    assert all(facts and "sha256" not in facts for facts in told)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"!")


def touch(path: Path) -> None:
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000))


def replace(path: Path) -> None:
    found = path.stat()
    other = path.with_suffix(".new")
    other.write_bytes(CONTENT[::-1])
    os.utime(other, ns=(0, found.st_mtime_ns))
    other.rename(path)


@pytest.mark.parametrize("meddle", [grow, touch, replace, Path.unlink])
async def test_a_file_that_changes_meanwhile_is_looked_at_again_later(
    plugin_host: MakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meddle: object
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(CONTENT)
    take = digesting._take

    def take_and_meddle(*given: object) -> int:
        size = take(*given)  # type: ignore[arg-type]
        if size == 17:
            assert callable(meddle)
            meddle(path)
        return size

    monkeypatch.setattr(digesting, "_take", take_and_meddle)
    with pytest.raises(SourceUnavailableError, match="it was changed while it was read"):
        await told_of(plugin_host(plugin), path, "text/plain")


async def test_a_version_that_the_index_does_not_know_yet_gets_no_digest(plugin_host: MakeHost, tmp_path: Path) -> None:
    """Its bytes would be told as those of the version before."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"alpha")
    entry = entry_at(path, "text/plain")
    touch(path)
    with pytest.raises(SourceUnavailableError, match="another version than the index knows"):
        await plugin_host(plugin).hooks.annotate("checksum", Event(name="file.modified"), entry, path)


async def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(EntryUnreadableError, match=r"gone\.txt cannot be read: No such file"):
        await digesting.digest(tmp_path / "gone.txt", ("blake3",), 1e9)


async def test_cancelling_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(CONTENT)
    before = open_files()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(digesting.digest, path, ("blake3",), 1.0)
        await trio.testing.wait_all_tasks_blocked(0.05)
        nursery.cancel_scope.cancel()
    assert open_files() == before


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


pieces = st.lists(st.tuples(st.integers(1, 10**9), st.floats(0, 100)), max_size=50)


@given(st.floats(1, 1e9), pieces)
def test_no_more_is_read_than_the_pace_allows(rate: float, read: list[tuple[int, float]]) -> None:
    """Over the whole time, whatever each piece took to read; and nobody waits longer than the rate asks for."""
    pace, now, total, least = Pace(rate, 0.0), 0.0, 0, 0.0
    for size, took in read:
        wait = pace.wait_after(size, now + took)
        assert 0 <= wait <= size / rate * 1.001 + 1e-6
        now += took + wait
        total += size
        least += size / rate
        assert now >= least * 0.999 - 1e-6
    assert total <= rate * now * 1.001 + 1


async def test_pieces_wait_for_the_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(CONTENT)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(trio, "sleep", sleep)
    await digesting.digest(path, ("blake3",), 1000.0)
    assert len(waits) == 2
    assert waits[0] > digesting.PIECE / 1000 * 0.9
