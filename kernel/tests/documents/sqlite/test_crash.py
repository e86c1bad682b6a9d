"""A writer is killed in the middle of its work, again and again, on one database."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trio

from mosaicfs.documents.sqlite import open_store

pytestmark = pytest.mark.patient

WRITER = """
import sys, trio
from pathlib import Path
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL

async def main(path, bell, life):
    async with open_store(Path(path), Path(bell)) as store:
        for batch in range(1_000_000):
            names = [f"note::{life}-{batch}-{n}" for n in range(40)]
            docs = [Document(name, "", b'{"text":"%d","type":"note"}' % n) for n, name in enumerate(names)]
            written = await store.write(docs, writer=CONTROL)
            assert not any(row.error for row in written)
            print(*names, flush=True)

trio.run(main, *sys.argv[1:])
"""

KILLS = 20 if os.environ.get("MOSAICFS_SOAK") else 3


@pytest.mark.journey
def test_every_acknowledged_document_outlives_the_killing(tmp_path: Path) -> None:
    path, bell = tmp_path / "mosaicfs.db", tmp_path / "bell"
    chance = random.Random(20)
    acknowledged: list[str] = []
    for life in range(KILLS):
        acknowledged += killed_writer(path, bell, life, chance.uniform(0.05, 0.5))
        trio.run(everything_is_there, path, bell, acknowledged)
    assert len(acknowledged) > KILLS * 40


def killed_writer(path: Path, bell: Path, life: int, after_s: float) -> list[str]:
    """The names that it acknowledged in whole lines before it died."""
    command = [sys.executable, "-c", WRITER, str(path), str(bell), str(life)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(after_s)
        writer.kill()
        lines = (first + writer.stdout.read()).decode().splitlines(keepends=True)
    return [name for line in lines if line.endswith("\n") for name in line.split()]


async def everything_is_there(path: Path, bell: Path, acknowledged: list[str]) -> None:
    async with open_store(path, bell) as store:
        assert await store.check(deep=True) == []
        found = await store.get_many(acknowledged)
        assert None not in found
        page = await store.changes("0", 10_000_000)
        names = [row.id for row in page.rows]
        assert len(names) == len(set(names))
        assert set(acknowledged) <= set(names)


def test_a_batch_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path, bell = tmp_path / "mosaicfs.db", tmp_path / "bell"
    killed_writer(path, bell, 0, 0.2)

    async def count() -> int:
        async with open_store(path, bell) as store:
            return (await store.info()).live

    assert trio.run(count) % 40 == 0


@pytest.mark.parametrize("signal", ["kill", "terminate"])
def test_a_dead_process_leaves_no_socket_that_slows_the_next(tmp_path: Path, signal: str) -> None:
    path, bell = tmp_path / "mosaicfs.db", tmp_path / "bell"
    command = [sys.executable, "-c", WRITER, str(path), str(bell), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        getattr(writer, signal)()
        writer.stdout.read()
    trio.run(everything_is_there, path, bell, [])
    assert list(bell.iterdir()) == []
