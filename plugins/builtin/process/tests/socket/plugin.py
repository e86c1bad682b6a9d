"""A plugin at a socket as a test plays it: it says and hears lines, right ones and wrong ones."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from mosaicfs.errors import MosaicError
from mosaicfs.model.entry import Entry
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from mosaicfs_process.socket.link import Link
from mosaicfs_process.socket.reaching import Near
from plugins.builtin.process.tests.scenery import event

HELLO = {"type": "hello", "protocol": 1, "plugin_name": "words", "version": "1.4.0"}


Answers = dict[int, Any]
"""By sequence: what came of the event."""


class Line:
    """One connection, seen from the plugin."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self.stream = stream
        self._kept = b""

    async def say(self, *messages: object) -> None:
        for message in messages:
            raw = message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n"
            await self.stream.send_all(raw)

    async def hear(self) -> dict[str, Any]:
        """An end of the connection is `{}`."""
        while b"\n" not in self._kept:
            try:
                piece = await self.stream.receive_some(65536)
            except trio.BrokenResourceError:
                return {}
            if not piece:
                return {}
            self._kept += piece
        line, _, self._kept = self._kept.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    async def hang_up(self) -> None:
        await self.stream.aclose()


class Plugin:
    def __init__(self, listener: trio.SocketListener) -> None:
        self._listener = listener
        self.lines: list[Line] = []

    async def met(self) -> Line:
        """The next connection, before anything is said."""
        line = Line(await self._listener.accept())
        self.lines.append(line)
        return line

    async def greeted(self, **hello: object) -> Line:
        line = await self.met()
        assert (await line.hear())["type"] == "hello"
        await line.say(HELLO | hello)
        return line


@asynccontextmanager
async def plugin_at(path: Path) -> AsyncGenerator[Plugin, None]:
    path.parent.mkdir(exist_ok=True)
    bound = trio.socket.socket(trio.socket.AF_UNIX)
    try:
        await bound.bind(str(path))
    except OSError:
        bound.close()
        raise
    bound.listen()
    async with trio.SocketListener(bound) as listener:
        plugin = Plugin(listener)
        try:
            yield plugin
        finally:
            path.unlink()  # noqa: ASYNC240 - it is a moment
            for line in plugin.lines:
                await trio.aclose_forcefully(line.stream)


@asynccontextmanager
async def linked(ground: PluginGround, instance: PluginInstance) -> AsyncIterator[tuple[Link, Plugin]]:
    """A link that runs, and who it connects to."""
    path = ground.runtime_dir / "plugin-sockets" / "words.sock"
    link = Link(ground, instance, Near(path, ground.settings))
    async with plugin_at(path) as plugin, trio.open_nursery() as nursery:
        nursery.start_soon(link.run)
        yield link, plugin
        nursery.cancel_scope.cancel()


async def ready(link: Link) -> None:
    while link.standing[0] != "ready":  # noqa: ASYNC110 - it is told to the host, which is not here
        await trio.sleep(0.005)


async def ready_again(plugin: Plugin, link: Link) -> Line:
    line: Line = await plugin.greeted()
    await ready(link)
    return line


async def ask(
    link: Link, answers: Answers, sequence: int, entry: Entry | None = None, path: Path | None = None
) -> None:
    try:
        answers[sequence] = await link.event(event(sequence), entry, path)
    except MosaicError as trouble:
        answers[sequence] = trouble
