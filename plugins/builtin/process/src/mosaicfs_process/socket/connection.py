"""One connection to a plugin, after both have said hello: what is sent, what comes, and what ends it.

When it ends, everything that stood open ends with `DisconnectedError`: what is not acked is sent again by whoever keeps
the events, in their order.
"""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import structlog
import trio

from mosaicfs.errors import DisconnectedError, EntryUnreadableError, MosaicError, TimedOutError
from mosaicfs_process.exchange import Facts
from mosaicfs_process.socket.lines import GONE, Lines
from mosaicfs_process.socket.session import OpenEvent, OpenRequest, Session, Stuck
from mosaicfs_process.troubles import called

HEALTH_S = 10.0
"""How long the answer to a health check may take."""

PATIENCE = 5
"""A plugin in good health has its time so often for one event, then the event is refused."""

READS_AT_ONCE = 4
MOST_READ = 4 << 20

_log = structlog.get_logger(component="plugins")


class Connection:
    """`on_notification` hears what the plugin says by itself; `on_lost` is called before anything ends by it."""

    def __init__(
        self,
        lines: Lines,
        session: Session,
        on_notification: Callable[[Facts], None],
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._lines = lines
        self._session = session
        self._on_notification = on_notification
        self._on_lost = on_lost
        self._window = trio.CapacityLimiter(session.window)
        self._reads = trio.CapacityLimiter(READS_AT_ONCE)
        self._outbox: list[Facts] = []
        self._to_send = trio.Event()
        self._scope = trio.CancelScope()
        self.is_up = True

    # --- the life of it ----------------------------------------------------------------------------------------------

    async def run(self, stuck: Stuck) -> None:
        """Until either side has enough of the other. Never raises what the plugin has done."""
        trouble = "it hung up"
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._send_outbox)
                    await self._receive(nursery)
                    nursery.cancel_scope.cancel()
        except* GONE as gone:
            trouble = str(gone.exceptions[0]) or trouble
        finally:
            self._lost(stuck)
            with trio.CancelScope(shield=True):
                await self._lines.aclose()
        _log.info("plugin disconnected", plugin=self._session.plugin, cause=trouble)

    def close(self) -> None:
        self._scope.cancel()

    async def say(self, message: Facts) -> None:
        await self._lines.send(message)

    def _lost(self, stuck: Stuck) -> None:
        self.is_up = False
        self._on_lost()
        plugin = self._session.plugin
        opened = dict(self._session.events)
        oldest = self._session.lost(DisconnectedError(plugin))
        if stuck.lost_with(oldest) and oldest is not None:
            event = opened[oldest]
            event.error = _set_aside(plugin, event)
            _log.warning("event set aside", plugin=plugin, sequence=oldest, about=event.about)

    # --- what we ask -------------------------------------------------------------------------------------------------

    async def event(
        self, envelope: Facts, about: str, file_id: str | None, path: Path | None, timeout_s: float
    ) -> Facts | None:
        """Sent as soon as the window has room, in the order of the calls."""
        async with self._window:
            self._require_up()
            opened, message = self._session.event(envelope, about, file_id, path)
            sequence = int(str(envelope["sequence"]))
            try:
                await self._sent(message)
                await self._acked(opened, timeout_s)
            finally:
                self._session.forget(sequence)
            return opened.settled()

    async def _acked(self, opened: OpenEvent, timeout_s: float) -> None:
        for _ in range(PATIENCE):
            with trio.move_on_after(timeout_s):
                await opened.done.wait()
                return
            await self.health()
        opened.end(error=TimedOutError(called(self._session.plugin), timeout_s * PATIENCE))

    async def health(self) -> Facts | None:
        """What it says of its health. Silence ends the connection."""
        try:
            return await self.request("health_check", {}, HEALTH_S)
        except TimedOutError:
            self.close()
            raise
        except DisconnectedError:
            return None
        except MosaicError as trouble:
            return {"status": "unhealthy", "message": str(trouble)}

    async def request(self, name: str, payload: Facts, limit_s: float, about: str = "") -> Facts | None:
        self._require_up()
        key, opened, message = self._session.request(name, payload, limit_s, about or name)
        try:
            with trio.move_on_after(limit_s):
                await self._sent(message)
            await self._replied(opened, limit_s)
        finally:
            self._give_up(key, opened)
        return opened.settled()

    async def parts(
        self, name: str, payload: Facts, limit_s: float, on_life: Callable[[], None]
    ) -> AsyncGenerator[Facts, None]:
        self._require_up()
        key, opened, message = self._session.request(name, payload, limit_s, name)
        try:
            await self._sent(message)
            while not opened.done.is_set() or opened.parts:
                while opened.parts:
                    yield opened.parts.pop(0)
                    on_life()
                    await self._sent({"type": "more", "id": key})
                await self._alive(opened, limit_s)
            answer = opened.settled()
            if answer is not None:
                yield answer
        finally:
            self._give_up(key, opened)

    async def _replied(self, opened: OpenRequest, limit_s: float) -> None:
        while not opened.done.is_set():
            await self._alive(opened, limit_s)

    async def _alive(self, opened: OpenRequest, limit_s: float) -> None:
        """Until its end or a sign of life; an error when there is neither in time."""
        if opened.done.is_set() or opened.parts:
            return
        with trio.move_on_after(limit_s) as limit:
            async with trio.open_nursery() as nursery:
                for each in (opened.done, opened.life):
                    nursery.start_soon(_first_of, each, nursery.cancel_scope)
        if limit.cancelled_caught:
            opened.end(error=TimedOutError(called(self._session.plugin), limit_s))

    def _give_up(self, key: str, opened: OpenRequest) -> None:
        """Without a reply nobody is left who would take it."""
        if key in self._session.requests:
            self._post(self._session.give_up(key))

    def _require_up(self) -> None:
        if not self.is_up:
            raise DisconnectedError(self._session.plugin)

    async def _sent(self, message: Facts) -> None:
        try:
            await self._lines.send(message)
        except GONE:
            raise DisconnectedError(self._session.plugin) from None

    def _post(self, message: Facts) -> None:
        """For what nobody waits to have sent."""
        self._outbox.append(message)
        self._to_send.set()

    async def _send_outbox(self) -> None:
        while True:
            await self._to_send.wait()
            self._to_send = trio.Event()
            while self._outbox:
                await self._lines.send(self._outbox.pop(0))

    # --- what comes --------------------------------------------------------------------------------------------------

    async def _receive(self, nursery: trio.Nursery) -> None:
        while (message := await self._lines.receive()) is not None:
            if self._session.received(message):
                continue
            match message.get("type"):
                case "read":
                    reader = object()
                    await self._reads.acquire_on_behalf_of(reader)
                    nursery.start_soon(self._read, message, reader)
                case "notification":
                    self._on_notification(message)

    async def _read(self, message: Facts, reader: object) -> None:
        """Bytes for a plugin that does not share our disks: of files that it has been told of and has not acked."""
        try:
            opened = self._session.readable(message.get("file_id"))
            if opened is None:
                error: Facts = {"kind": "give_up", "code": "access_refused", "message": "no event of that file is open"}
                await self._sent({"type": "bytes", "id": message.get("id"), "error": error})
                return
            assert opened.path is not None
            answer = await trio.to_thread.run_sync(_bytes_of, opened.path, message)
            await self._sent({"type": "bytes", "id": message.get("id"), **answer})
        except DisconnectedError:
            self.close()
        finally:
            self._reads.release_on_behalf_of(reader)


def _bytes_of(path: Path, message: Facts) -> Facts:
    offset, length = message.get("offset", 0), message.get("length", MOST_READ)
    if type(offset) is not int or type(length) is not int or offset < 0 or length < 0:
        return {"error": {"kind": "give_up", "code": "unsupported", "message": "offset and length must be numbers"}}
    try:
        with path.open("rb") as file:
            data = os.pread(file.fileno(), min(length, MOST_READ), min(offset, 2**62))
            size = os.fstat(file.fileno()).st_size
    except OSError as trouble:
        said = trouble.strerror or "it cannot be read"
        return {"error": {"kind": "try_later", "code": "source_unavailable", "message": said}}
    return {"data": base64.b64encode(data).decode(), "eof": offset + len(data) >= size}


def _set_aside(plugin: str, event: OpenEvent) -> MosaicError:
    return EntryUnreadableError(event.about, f"the plugin {plugin} lost its connection {Stuck.MOST} times over it")


async def _first_of(event: trio.Event, scope: trio.CancelScope) -> None:
    await event.wait()
    scope.cancel()
