"""A tier that holds what a test puts there, and goes wrong when the test says so."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

import httpx
import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.entry import Entry
from mosaicfs.model.tier import Handle, Offer
from plugins.builtin.control.tests.api.seeds import REPORT, file_id

CONTENT = Random(7).randbytes(204_800)
DIGEST = f"sha-256=:{base64.b64encode(sha256(CONTENT).digest()).decode()}:"
URL = f"/api/files/{REPORT}/content"
LARGE = Random(8).randbytes((3 << 20) + 17)
FILM = file_id(20)
FILM_URL = f"/api/files/{FILM}/content"


@dataclass(slots=True)
class Shelf:
    """`fault` is asked before each read, with the offset. `changes_at`: from there on the file is another one."""

    name: str = "local"
    cost: int = 100
    network: bool = False
    where: str = ""
    contents: dict[str, bytes] = field(default_factory=dict)
    refusal: MosaicError | None = None
    fault: Callable[[int], MosaicError | None] = lambda at: None
    changes_at: int | None = None
    waits: trio.Event | None = None
    reads: list[tuple[int, int]] = field(default_factory=list)
    open_now: int = 0

    async def offer(self, entry: Entry) -> Offer | None:
        if entry.file_id not in self.contents:
            return None
        return Offer(self.cost, network=self.network, reason="the test put it there", where=self.where)

    async def open(self, entry: Entry, offer: Offer) -> Handle:
        if self.refusal is not None:
            raise self.refusal
        self.open_now += 1
        return Lying(self, self.contents[entry.file_id])


@dataclass(slots=True)
class Lying:
    shelf: Shelf
    content: bytes
    differs: bool = False

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def version(self) -> str | None:
        return None

    async def read(self, offset: int, length: int) -> bytes:
        await trio.lowlevel.checkpoint()
        shelf = self.shelf
        if shelf.waits is not None:
            await shelf.waits.wait()
        shelf.reads.append((offset, length))
        if (error := shelf.fault(offset)) is not None:
            raise error
        if shelf.changes_at is not None and offset + length > shelf.changes_at:
            self.differs = True
        return self.content[offset : offset + length]

    async def close(self) -> None:
        self.shelf.open_now -= 1


async def until(holds: Callable[[], bool]) -> None:
    """The server is done with an answer a moment after its caller has it."""
    with trio.fail_after(30):
        while not holds():  # noqa: ASYNC110 - what is waited for rings no bell
            await trio.sleep(0.005)


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code, and the word for why."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("detail", {}).get("reason", "")
