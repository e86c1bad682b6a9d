"""The benchmark of the store in small: both sides still do the whole work. How fast they are is not asked here."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import apsw
import pytest
import trio

from bench import files
from bench.__main__ import main
from bench.raw import CopyOf
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.role import CONTROL


def test_every_row_of_the_benchmark_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["store", "--documents", "1200", "--repeats", "1"])
    record = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [each["amount"] for each in record["comparisons"]] == [1_200, 5_000, 200, 1_200]
    assert all(each["ratio"] > 0 for each in record["comparisons"])


def test_documents_have_the_size_that_the_target_speaks_of() -> None:
    documents = files.documents(1_000)
    assert 400 < sum(len(document.id) + len(document.body) for document in documents) / len(documents) < 460
    assert [document.id for document in documents] == sorted({document.id for document in documents})


def test_the_raw_side_ends_with_the_same_rows(tmp_path: Path) -> None:
    async def write() -> None:
        async with open_store(tmp_path / "ours.db", tmp_path / "bell") as store:
            await store.write(files.documents(130), writer=CONTROL)

    trio.run(write)
    CopyOf(tmp_path / "ours.db", batch=50).insert_into(tmp_path / "raw.db")
    assert dumped(tmp_path / "raw.db") == dumped(tmp_path / "ours.db")


def dumped(database: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(apsw.Connection(str(database))) as connection:
        names = connection.execute("SELECT type, name FROM sqlite_schema ORDER BY name").fetchall()
        tables = [name for kind, name in names if kind == "table"]
        rows = {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in tables}
    return rows | {"": names}
