"""Spans of one version of one file, each whole and with the digest that its node gave it, or an error.

A span that breaks off goes on where it stopped; the digest that came with its beginning is still that of all of it. One
whose digest is wrong is thrown away and asked for once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import trio

from mosaicfs.errors import (
    DigestMismatchError,
    EntryChangedError,
    MosaicError,
    PeerGarbledError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
)
from mosaicfs.model.entry import Entry, version_tag
from mosaicfs.model.ids import tail_of
from mosaicfs.wire.span_digests import KNOWN_TO_ALL, UNDERSTOOD, WISH, SpanDigest, digest_in, digest_of
from mosaicfs_tiers.owning_node.answers import Refused, error_of
from mosaicfs_tiers.owning_node.line import Answer, BrokenOffError, Line, SilentError

SPAN = 8 * 1024 * 1024
ATTEMPTS = 3
THROTTLED_S = 2.0
"""Longer than this a busy node is not waited for: another may have the bytes."""
MOST_REFUSAL_BYTES = 64 * 1024
AT_ONCE = 256 * 1024
"""So much is hashed sooner than a thread is woken for it."""

_content_range = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19})").fullmatch
_empty_range = re.compile(r"bytes \*/0").fullmatch

Received = Callable[[int], float]
"""Counts bytes that came, and answers how long to wait before more are taken."""


class Span(NamedTuple):
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class Head(NamedTuple):
    """What an answer says of the bytes that follow. `size` is that of the file."""

    digest: SpanDigest | None
    size: int
    tag: str


@dataclass(slots=True)
class _Taken:
    """A span as far as it is here."""

    room: memoryview = field(default_factory=lambda: memoryview(b""))
    length: int = 0
    digest: SpanDigest | None = None
    """Of all of it, from the first answer."""
    is_good: bool = True

    @property
    def content(self) -> memoryview:
        return self.room[: self.length]


@dataclass(slots=True)
class Fetching:
    """`tag` is the version that is asked for; empty until the first answer of a file whose size is not known."""

    line: Line
    entry: Entry
    received: Received
    size: int = 0
    tag: str = ""

    def __post_init__(self) -> None:
        entry = self.entry
        if entry.size_known:
            self.size = entry.size
            self.tag = version_tag(entry.file_id, entry.size, entry.mtime, entry.version)

    async def first(self, length: int) -> bytes:
        """The beginning of the file, by which its version is known to be there, and its size."""
        if self.entry.size_known:
            length = min(length, self.size)
        return bytes(await self.span(0, length))

    async def span(self, start: int, end: int) -> memoryview:
        """At most 8 MiB, all of it and nothing else. Shorter at the end of a file whose size was not known."""
        for _ in range(2):
            taken = await self._taken(Span(start, end))
            if taken.is_good and await _has(taken.content, taken.digest):
                return taken.content.toreadonly()
        raise DigestMismatchError(self.entry.file_id, self.line.who)

    async def _taken(self, span: Span) -> _Taken:
        """Goes on after a break, three attempts in all; after a silence only once."""
        taken, silences = _Taken(), 0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._go_on(span, taken)
            except ThrottledError as busy:
                wait_s = busy.retry_after_s
                if attempt == ATTEMPTS or wait_s is None or wait_s > THROTTLED_S:
                    raise
                await trio.sleep(wait_s)
            except SilentError:
                silences += 1
                if silences == 2 or attempt == ATTEMPTS:
                    raise TimedOutError(self.line.who, self.line.patience.silence_s) from None
            except BrokenOffError as broken:
                if attempt == ATTEMPTS:
                    raise SourceUnavailableError(self.line.who, "it breaks off its answers") from broken
            else:
                break
        return taken

    async def _go_on(self, span: Span, taken: _Taken) -> None:
        end = min(span.end, self.size) if self.tag else span.end
        rest = Span(span.start + taken.length, end)
        is_whole = self.entry.size_known and rest == (0, self.size)
        if rest.length == 0 and not is_whole:
            return
        asked = {} if is_whole else {"Range": f"bytes={rest.start}-{rest.end - 1}", WISH: UNDERSTOOD}
        if self.tag:
            asked["If-Match"] = self.tag
        async with self.line.asking(f"/api/agent/transfer/{tail_of(self.entry.file_id)}", asked) as answer:
            if answer.status == 416 and not self.tag and _empty_range(answer.headers.get("content-range", "")):
                self._settle(0, answer.headers.get("etag", ""))
                taken.digest = digest_of(memoryview(b""), KNOWN_TO_ALL)
                return
            if answer.status not in (200, 206):
                raise await self._refused(answer)
            head, wanted = self._head(answer, rest, is_whole=is_whole)
            began = taken.length
            if not began:
                taken.digest = head.digest
                taken.room = self.line.rooms.one(wanted)
            await self._take(answer, taken)
            # What came in several answers is checked by its parts as well: each has said what it would send.
            if began and not await _has(taken.content[began:], head.digest):
                taken.is_good = False

    def _head(self, answer: Answer, rest: Span, *, is_whole: bool) -> tuple[Head, int]:
        """And how many bytes must follow. A head of another version, file or part makes the answer worth nothing."""
        headers = answer.headers
        if answer.status != (200 if is_whole else 206):
            raise PeerGarbledError(self.line.who, f"its answer has the status {answer.status}")
        head, span = _whole_head(headers) if is_whole else _part_head(headers, self.line.who)
        if not self.tag:
            self._settle(head.size, head.tag)
            rest = Span(rest.start, min(rest.end, head.size))
        if head.tag != self.tag or head.size != self.size:
            raise EntryChangedError(self.entry.file_id)
        if span != rest or headers.get("content-encoding") or _length_in(headers) != rest.length:
            raise PeerGarbledError(self.line.who, "it sent another part than the one that was asked for")
        return head, rest.length

    async def _take(self, answer: Answer, taken: _Taken) -> None:
        while came := await answer.take(taken.room[taken.length :]):
            taken.length += came
            if (wait_s := self.received(came)) > 0:
                await trio.sleep(wait_s)
        if taken.length < len(taken.room):
            raise BrokenOffError

    def _settle(self, size: int, tag: str) -> None:
        """For a file whose size nobody knew. From now on only this version is taken."""
        if not tag:
            raise PeerGarbledError(self.line.who, "it does not say which version it sends")
        self.size, self.tag = size, tag

    async def _refused(self, answer: Answer) -> MosaicError:
        room = memoryview(bytearray(MOST_REFUSAL_BYTES))
        length = 0
        while length < len(room) and (taken := await answer.take(room[length:])):
            length += taken
        refused = Refused(answer.status, bytes(room[:length]), _seconds_in(answer.headers.get("retry-after", "")))
        return error_of(refused, self.entry, self.line.who)


def _whole_head(headers: Mapping[str, str]) -> tuple[Head, Span]:
    size = _length_in(headers)
    head = Head(digest_in(headers.get("repr-digest")), -1 if size is None else size, headers.get("etag", ""))
    return head, Span(0, head.size)


def _part_head(headers: Mapping[str, str], who: str) -> tuple[Head, Span]:
    found = _content_range(headers.get("content-range", ""))
    if found is None:
        raise PeerGarbledError(who, "it does not say which part it sends")
    first, last, size = map(int, found.groups())
    return Head(digest_in(headers.get("content-digest")), size, headers.get("etag", "")), Span(first, last + 1)


def _length_in(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _seconds_in(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


async def _has(content: memoryview, digest: SpanDigest | None) -> bool:
    """Nodes ask each other only for what has a digest, so none is a wrong one."""
    if digest is None or len(content) <= AT_ONCE:
        return digest is not None and digest.is_of(content)
    return await trio.to_thread.run_sync(digest.is_of, content)
