"""Names as a source may have them, or a node that means ill: what the system is told is a name, and found again."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from mosaicfs import wire
from mosaicfs.errors import MosaicError
from plugins.builtin.mount.tests.rooms import World, directory, document

NAMES = (
    "n" * 255,
    "n" * 256,
    "n" * 4_000 + ".txt",
    "ä" * 200 + ".txt",
    "\udcff" * 100,
    "one\udcff",
    "a/b",
    "../up",
    "nul\0inside",
    "..",
    ".",
    "",
    "line\nbreak",
    "tab\t",
    "\x7f",
    "\u202egpj.exe",
    "dot.",
    " ",
    "-rf *",
    "plain.txt",
    "PLAIN.TXT",
)


async def test_whatever_a_document_says_what_is_listed_is_a_name(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.write(directory("/", None), directory("/all"))
    written = []
    for number, name in enumerate(NAMES, 1):
        doc_id, file = document(number, f"/in/{number}", 5)
        file = replace(file, name=name, source=replace(file.source, export_path=f"/in/{name}", export_parent="/in"))
        try:
            wire.decode(doc_id, wire.encode(file))
            await world.write((doc_id, file))
        except (MosaicError, AssertionError, UnicodeError):
            continue  # It is no document, and the store refuses it.
        written.append(name)
    assert {"plain.txt", "n" * 255, "n" * 256} <= set(written)
    await world.operations.following.begin()
    listed = await world.list("/all/in")
    assert {"plain.txt", "PLAIN.TXT", "n" * 255} <= set(listed)
    assert len(listed) == len(set(listed)) <= len(written)
    for name in listed:
        plain = name.encode()
        assert 0 < len(plain) <= 255, name
        assert not {b"/"[0], 0} & set(plain), name
        assert name not in (".", "..")
        assert (await world.attributes(f"/all/in/{name}")).size == 5
