"""Documents that come to an empty store one page after the other leave what they would leave one by one."""

from __future__ import annotations

from pathlib import Path
from random import Random

import apsw
import pytest

from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document, Written
from mosaicfs.model.role import UPSTREAM
from mosaicfs_sdk.conformance.store.search_samples import random_file

TABLES = ("docs", "leaves", "counts", "places", "files", "facts")


def arriving(random: Random, count: int) -> list[Document]:
    """Mostly first revisions of files; now and then something that is not to be taken, or has a history."""
    return [one_of(random, number) for number in range(count)]


def one_of(random: Random, number: int) -> Document:
    doc_id, body = f"file::{number:08}-0000-7000-8000-000000000000", random_file(random)[1]
    rev = f"1-{number:032x}"
    match random.randrange(40):
        case 0:
            return Document(doc_id, rev, b"[]")
        case 1:
            return Document(doc_id, rev, b'{"_odd":1}')
        case 2:
            return Document(doc_id, rev, b'{"type":"file"}')
        case 3:
            return Document(f"newer::{number}", rev, b'{"type":"newer"}')
        case 4:
            return Document(doc_id, rev, body, path=(rev[2:],))
        case 5:
            return Document(doc_id, rev, body, path=("another",))
        case 6:
            return Document("", rev, body)
    return Document(doc_id, rev, body)


def odd_ones(random: Random) -> list[Document]:
    doc_id, body = f"file::{random.randrange(50):08}-0000-7000-8000-000000000000", random_file(random)[1]
    return [
        Document(doc_id, "2-b", body, path=("b", "a")),
        Document(doc_id, "1-c", b"{}", deleted=True),
        Document(doc_id, "1-d", body),
        Document(doc_id, "1-d", body),
        Document(doc_id, "1-", body),
        Document(doc_id, "1-\x07", body),
        Document(doc_id, "01-e", body),
    ]


async def stored(folder: Path, pages: list[list[Document]]) -> tuple[dict[str, list[object]], list[Written]]:
    written: list[Written] = []
    async with open_store(folder / "mosaicfs.db", folder / "bell") as store:
        for page in pages:
            written += await store.write(page, writer=UPSTREAM, new_edits=False)
        assert await store.check(deep=True) == []
        connection = apsw.Connection(str(folder / "mosaicfs.db"), flags=apsw.SQLITE_OPEN_READONLY)
        tables = {name: list[object](connection.execute(f"SELECT * FROM {name}")) for name in TABLES}
        connection.close()
    return tables, written


@pytest.mark.parametrize("seed", range(3))
async def test_a_page_leaves_what_its_documents_leave_one_by_one(seed: int, tmp_path: Path) -> None:
    """A document that is there already sends its page the long way."""
    random = Random(seed)
    first = Document("note::first", "1-a", b'{"type":"note"}')
    documents = [*arriving(random, 300), *odd_ones(random), *arriving(random, 40)]
    pages = [documents[start : start + 60] for start in range(0, len(documents), 60)]
    short = await stored(tmp_path / "short", [[first], *pages])
    long = await stored(tmp_path / "long", [[first], *([first, *page] for page in pages)])
    assert short[0] == long[0]
    assert short[1] == [row for row in long[1] if row.id != first.id or row is long[1][0]]
