"""What every plugin that annotates must do, whatever it looks at.

class TestAnnotate(AnnotateConformance):
    plugin = plugin
    telling = Sample("report.txt", "text/plain", b"one two three")
    boring = Sample("empty.txt", "text/plain", b"")
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from mosaicfs import PluginHost
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.json import Json, JsonObject
from mosaicfs_sdk.conformance.suite import Suite

LARGEST = 1 << 20
"""An annotation of more bytes is not stored."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to look at."""

    name: str
    mime_type: str
    content: bytes


class AnnotateConformance(Suite):
    """`telling` is a file that the plugin has something to say about, `boring` one about which it has nothing."""

    hook = "annotate"
    telling: ClassVar[Sample]
    boring: ClassVar[Sample]

    async def test_the_same_file_gets_the_same_answer(self, host: PluginHost, tmp_path: Path) -> None:
        first = await self.look(host, tmp_path, self.telling)
        assert first, "the telling sample got no facts"
        assert await self.look(host, tmp_path, self.telling) == first

    async def test_facts_are_json_that_can_be_stored(self, host: PluginHost, tmp_path: Path) -> None:
        facts = await self.look(host, tmp_path, self.telling)
        assert list(strangers(facts)) == []
        text = json.dumps(facts)
        assert json.loads(text) == facts
        assert len(text.encode()) <= LARGEST

    async def test_nothing_to_say_is_an_empty_answer(self, host: PluginHost, tmp_path: Path) -> None:
        """None would keep what an earlier version of the file deserved."""
        assert await self.look(host, tmp_path, self.boring) == {}

    async def test_an_event_that_it_does_not_know_is_not_its_own(self, host: PluginHost, tmp_path: Path) -> None:
        """`{}` would throw away what it knows of the file."""
        assert await self.look(host, tmp_path, self.telling, "conformance.unheard_of") is None

    @pytest.mark.parametrize("event", ["file.added", "file.modified", "file.moved"])
    async def test_every_arrival_of_a_file_is_looked_at(self, host: PluginHost, tmp_path: Path, event: str) -> None:
        assert await self.look(host, tmp_path, self.telling, event)

    async def test_a_file_that_is_gone_is_no_failure(self, host: PluginHost) -> None:
        await host.hooks.annotate(self.name, Event(name="file.deleted"), entry_of(self.telling), None)
        assert host.items()[0].reason == ""

    async def test_the_file_is_left_as_it_was(self, host: PluginHost, tmp_path: Path) -> None:
        path = tmp_path / self.telling.name
        path.write_bytes(self.telling.content)
        path.chmod(0o400)
        before = path.stat()
        await self.ask(host, path, self.telling, "file.added")
        assert path.read_bytes() == self.telling.content
        assert (path.stat().st_mtime_ns, path.stat().st_mode) == (before.st_mtime_ns, before.st_mode)
        assert names_in(tmp_path) == [self.telling.name]

    async def look(
        self, host: PluginHost, folder: Path, sample: Sample, event: str = "file.added"
    ) -> JsonObject | None:
        path = folder / sample.name
        path.write_bytes(sample.content)
        return await self.ask(host, path, sample, event)

    async def ask(self, host: PluginHost, path: Path, sample: Sample, event: str) -> JsonObject | None:
        """With a path where the plugin wants one, as the runner does."""
        wants_path = host.loading.loaded[0].contract.info.content != "none"
        return await host.hooks.annotate(self.name, Event(name=event), entry_of(sample), path if wants_path else None)


def names_in(folder: Path) -> list[str]:
    return sorted(found.name for found in folder.iterdir())


def entry_of(sample: Sample) -> Entry:
    return Entry(
        file_id="file::0195c1de-0000-7000-8000-000000000001",
        node_id="conformance",
        export_path=f"/conformance/{sample.name}",
        name=sample.name,
        size=len(sample.content),
        mtime="2026-01-15T14:30:00.123456Z",
        mime_type=sample.mime_type,
    )


def strangers(value: Json) -> list[str]:
    """What JSON has no word for, or a word that a peer cannot read. An empty list is good."""
    match value:
        case None | bool() | int() | str():
            return []
        case float():
            return [] if math.isfinite(value) else [repr(value)]
        case dict():
            keys = [repr(key) for key in value if not isinstance(key, str)]
            return keys + [each for member in value.values() for each in strangers(member)]
        case list() | tuple():
            return [each for member in value for each in strangers(member)]
    return [type(value).__name__]
