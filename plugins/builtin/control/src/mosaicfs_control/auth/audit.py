"""`<state>/audit.log`: who proved what, who was refused, what was given and taken away. One JSON object a line.

`note` never waits for a disk: a task writes. The same refusal from the same source is one line at once and then one a
minute with its count, so that a flood fills neither the log nor hides what else happened.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog
import trio

from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.redaction import redacted
from mosaicfs.model.times import Clock, instant, now_text

MAX_BYTES = 10 * 1000 * 1000
FILES = 10
FOLD_S = 60.0
MOST_WAITING = 10_000
MOST_FOLDED = 10_000
LONGEST = 512

log = structlog.get_logger(component="auth")


@dataclass(slots=True)
class _Folded:
    """Refusals of one kind and source since the line that was written last."""

    entry: dict[str, Json]
    since: float
    more: int = 0


@dataclass(slots=True)
class Audit:
    path: Path
    clock: Clock
    _waiting: deque[dict[str, Json]] = field(default_factory=deque)
    _folded: dict[tuple[str, str], _Folded] = field(default_factory=dict)
    _lost: int = 0
    _bell: trio.Event = field(default_factory=trio.Event)
    _turn: trio.Lock = field(default_factory=trio.Lock)

    def note(
        self,
        event: str,
        *,
        principal: str = "",
        source: str = "",
        target: str = "",
        result: str = "ok",
        request_id: str = "",
        detail: Mapping[str, Json] | None = None,
    ) -> None:
        """Never blocks. Whatever is not `ok` is folded with its like."""
        entry: dict[str, Json] = {
            "time": now_text(self.clock),
            "event": event,
            "principal": _short(principal),
            "source": _short(source),
            "target": _short(target),
            "result": result,
            "request_id": _short(request_id),
            "detail": redacted(detail or {}),
        }
        if result == "ok" or not self._is_folded(event, source, entry):
            self._put(entry)

    async def read(
        self, since: str | None = None, event: str | None = None, principal: str | None = None, limit: int = 100
    ) -> list[JsonObject]:
        """Newest first, with what has not been written yet."""
        await self.flush()
        return await trio.to_thread.run_sync(partial(self._found, since, event, principal, limit))

    async def flush(self) -> None:
        """Return when all that was noted is in the file."""
        async with self._turn:
            if not self._waiting and not self._lost:
                return
            lines, self._waiting = [_line(entry) for entry in self._waiting], deque()
            if self._lost:
                lines.append(_line({"time": now_text(self.clock), "event": "audit_lost", "detail": {"n": self._lost}}))
                self._lost = 0
            with trio.CancelScope(shield=True):
                try:
                    await trio.to_thread.run_sync(partial(self._append, lines))
                except OSError as trouble:
                    log.error("the audit log cannot be written", path=str(self.path), cause=str(trouble))

    async def run(self) -> None:
        """The task that writes, until cancelled; then everything is written that was folded."""
        try:
            while True:
                with trio.move_on_after(FOLD_S / 4):
                    await self._bell.wait()
                self._bell = trio.Event()
                self.unfold(self.clock() - FOLD_S)
                await self.flush()
        finally:
            self.unfold(self.clock() + 1)
            with trio.CancelScope(shield=True):
                await self.flush()

    def unfold(self, until: float) -> None:
        """Give out the counts of what was folded since before `until`."""
        for key, folded in [item for item in self._folded.items() if item[1].since <= until]:
            del self._folded[key]
            if folded.more:
                detail = folded.entry["detail"]
                assert isinstance(detail, Mapping)
                self._put({**folded.entry, "detail": {**detail, "count": folded.more}})

    def _is_folded(self, event: str, source: str, entry: dict[str, Json]) -> bool:
        """Whether a line of the last minute stands for this one too."""
        self.unfold(self.clock() - FOLD_S)
        folded = self._folded.get((event, source))
        if folded is None:
            if len(self._folded) < MOST_FOLDED:
                self._folded[event, source] = _Folded(entry, self.clock())
            return False
        folded.entry, folded.more = entry, folded.more + 1
        return True

    def _put(self, entry: dict[str, Json]) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
        else:
            self._waiting.append(entry)
        self._bell.set()

    # --- files, in threads ----------------------------------------------------------------------------------------

    def _append(self, lines: list[str]) -> None:
        for line in lines:
            data = line.encode()
            descriptor = self._opened()
            try:
                if (size := os.fstat(descriptor).st_size) and size + len(data) > MAX_BYTES:
                    os.close(descriptor)
                    self._put_aside()
                    descriptor = self._opened()
                os.write(descriptor, data)
            finally:
                os.close(descriptor)

    def _opened(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def _put_aside(self) -> None:
        for number in range(FILES - 2, 0, -1):
            if self._aside(number).exists():
                self._aside(number).replace(self._aside(number + 1))
        self.path.replace(self._aside(1))

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _found(self, since: str | None, event: str | None, principal: str | None, limit: int) -> list[JsonObject]:
        found: list[JsonObject] = []
        for entry in self._newest_first():
            if since is not None and instant(str(entry.get("time", ""))) < instant(since):
                break
            if event in (None, entry.get("event")) and principal in (None, entry.get("principal")):
                found.append(entry)
                if len(found) >= limit:
                    break
        return found

    def _newest_first(self) -> Iterator[JsonObject]:
        for path in (self.path, *(self._aside(number) for number in range(1, FILES))):
            if not path.exists():
                continue
            for line in reversed(path.read_bytes().splitlines()):
                try:
                    entry = json.loads(line)
                except ValueError:  # the half line of a power cut
                    continue
                if isinstance(entry, dict) and "time" in entry:
                    yield entry


def _line(entry: Mapping[str, Json]) -> str:
    """ASCII alone, so that no name in it can end the line or turn a terminal around."""
    return json.dumps(entry, separators=(",", ":"), default=str).replace("\x7f", "\\u007f") + "\n"


def _short(text: str) -> str:
    shown = redacted(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
