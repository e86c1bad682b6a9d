"""The service with a channel that a test holds in its hands, over a clock that jumps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import apsw
import trio

from kernel.tests.services.delivering.conditions import NODE, ended, holding
from mosaicfs import PluginHost
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.channel import ChannelOptions
from mosaicfs.model.ids import notification_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notification import Delivery, Notice, Notification, Sender, Severity
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.role import node_role
from mosaicfs.model.store import Store
from mosaicfs.model.times import Clock
from mosaicfs.plugin_host.host import host_of
from mosaicfs.services.delivering.delivering import Delivering
from mosaicfs.services.delivering.ledger import NAME, Ledger
from mosaicfs.services.revising import revise
from mosaicfs_sdk.fakes.given_module import GivenModule

T = TypeVar("T")


class InlineLedger(Ledger):
    """Without a thread, which would let the clock jump."""

    async def _do(self, work: Callable[[apsw.Connection], T]) -> T:
        await trio.lowlevel.checkpoint()
        return self.done_here(work)

    async def close(self) -> None:
        self._close()


@dataclass
class Told:
    """What the service says of its channels."""

    held: dict[str, str] = field(default_factory=dict)

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: object = ()) -> None:
        self.held[key] = message

    def clear(self, key: str) -> None:
        self.held.pop(key, None)

    def holds(self, key: str) -> bool:
        return key in self.held


@dataclass
class Phone:
    """`fails` is raised while it is set."""

    heard: list[Notice] = field(default_factory=list)
    fails: Exception | None = None
    tries: int = 0

    @property
    def lines(self) -> list[str]:
        return [f"{each.transition} {each.notification.condition_key}" for each in self.heard]

    def module(self, name: str = "phone") -> ModuleType:
        module = ModuleType(name)
        module.PLUGIN = PluginInfo(  # type: ignore[attr-defined]
            name=name,
            title="A phone",
            summary="Rings.",
            version="1",
            api=1,
            options=ChannelOptions,
            default_enabled=True,
        )

        @hookimpl
        async def notify(notice: Notice) -> Delivery:
            await trio.lowlevel.checkpoint()
            self.tries += 1
            if self.fails is not None:
                raise self.fails
            self.heard.append(notice)
            return Delivery(delivered=True)

        module.notify = notify  # type: ignore[attr-defined]
        return module


@dataclass
class Room:
    store: Store
    clock: Clock
    folder: Path
    phone: Phone = field(default_factory=Phone)
    notices: Told = field(default_factory=Told)
    options: JsonObject = field(default_factory=dict)

    def host(self) -> PluginHost:
        return host_of([GivenModule(self.phone.module())], options={"phone": self.options}, state_dir=self.folder)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Delivering]:
        host = self.host()
        ledger = InlineLedger(self.folder / NAME)

        async def sender(_: Store) -> Sender:
            await trio.lowlevel.checkpoint()
            return Sender(instance_id="i", name="Home", url="https://nas.example")

        service = Delivering(
            NODE, ledger, host.hooks, self.notices, sender, host.standing.forgive, host.items, self.clock
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(service.run, self.store)
            yield service
            nursery.cancel_scope.cancel()

    async def put(self, noun: Notification) -> None:
        def decide(_: Notification | None) -> Notification:
            return noun

        doc_id = notification_id(noun.source.node_id, noun.condition_key)
        await revise(self.store, doc_id, node_role(NODE), Notification, decide)

    async def begin(
        self, key: str, severity: Severity = "warning", message: str = "usb has 3 GiB left."
    ) -> Notification:
        noun = holding(key, severity, self.clock(), message=message)
        await self.put(noun)
        return noun

    async def end(self, noun: Notification) -> None:
        await self.put(ended(noun, self.clock()))
