"""The annotators that ship, in a real agent: a picture, its digest, and a summary by a model of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from PIL import ExifTags, Image

from mosaicfs import wire
from mosaicfs.model.store import IdRange, Store
from plugins.builtin.annotators.tests.completions import serving
from tests.journeys.machine import Machine
from tests.journeys.test_process_plugins import enable, facts_of, node_of, of_store

ARRIVALS = ("file.added", "file.modified", "file.moved")
KEY = "sk-of-the-journey"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine", MOSAICFS_WATCH_RENAME_WINDOW_MS="500")
    yield found
    found.close()


def told_by(machine: Machine, plugin: str) -> list[Any]:
    return [each.data for each in facts_of(machine) if each.plugin_name == plugin and each.status == "ok"]


def digests_in(machine: Machine) -> set[str]:
    return {blake3(path.read_bytes()).hexdigest() for path in machine.files.iterdir() if path.is_file()}


def files_of(machine: Machine) -> list[Any]:
    async def read(store: Store) -> list[Any]:
        rows = await store.ids(IdRange("file::", "file::\uffff"), 1000, include_docs=True)
        return [wire.decode(row.id, row.document.body) for row in rows if row.document is not None]

    return list(of_store(machine, read))


def test_a_picture_and_a_text_are_described(machine: Machine) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "K-1"
    Image.new("RGB", (40, 30)).save(machine.files / "photo.jpg", exif=exif)
    (machine.files / "letter.txt").write_text("Money came in.")
    machine.up()
    machine.event("indexed")
    node = node_of(machine)
    with serving() as model:
        enable(machine, node, "media-metadata", "python", subscribed_events=ARRIVALS, mime_globs=("image/*",))
        enable(machine, node, "checksum", "python", subscribed_events=ARRIVALS)
        config = {"endpoint": model.url, "api_key": KEY}
        enable(machine, node, "summary", "python", subscribed_events=ARRIVALS, mime_globs=("text/*",), config=config)
        machine.until(lambda: len(facts_of(machine)) == 4, "A picture, two digests and a summary")
        assert machine.stop() == 0
    assert {file.digest for file in files_of(machine)} == {f"blake3:{each}" for each in digests_in(machine)}
    assert told_by(machine, "media-metadata") == [{"kind": "image", "width": 40, "height": 30, "camera": "K-1"}]
    assert {each["blake3"] for each in told_by(machine, "checksum")} == digests_in(machine)
    (summary,) = told_by(machine, "summary")
    assert (summary["summary"], summary["truncated"]) == ("A report.", False)
    assert [body["messages"][1]["content"] for _, _, body in model.asked] == ["Money came in."]
    state = machine.folder / "state"
    assert not [path for path in state.rglob("*.log") if KEY in path.read_text(errors="replace")]
