"""The desktop, over a real session bus with a service that draws nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import trio
from jeepney import HeaderFields, MessageType, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.trio import open_dbus_connection

from mosaicfs_notify.desktop import plugin
from mosaicfs_notify.desktop.bubbles import Bubbles, session_bus
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.builtin.notify.tests.notices import notice

NAME = "org.freedesktop.Notifications"


@dataclass
class Desktop:
    bus: str
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        connection = await open_dbus_connection(self.bus)
        async with connection:
            async with connection.router() as router:
                await router.send_and_get_reply(message_bus.RequestName(NAME))
            task_status.started()
            while True:
                message = await connection.receive()
                member = message.header.fields.get(HeaderFields.member)
                if message.header.message_type is MessageType.method_call and member in ("Notify", "CloseNotification"):
                    self.calls.append((member, message.body))
                    answer = ("u", (len(self.calls),)) if member == "Notify" else (None, ())
                    await connection.send(new_method_return(message, *answer))


@pytest.fixture
async def desktop(nursery: trio.Nursery) -> AsyncIterator[Desktop]:
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("dbus-daemon is not installed; apt-get install dbus")
    command = [daemon, "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220 - it forks, no more
        assert process.stdout
        try:
            desktop = Desktop((await trio.to_thread.run_sync(process.stdout.readline)).strip())
            await nursery.start(desktop.serve)
            yield desktop
        finally:
            nursery.cancel_scope.cancel()
            process.terminate()


async def test_a_condition_is_one_bubble_that_is_replaced_and_closed(desktop: Desktop) -> None:
    bubbles = Bubbles()
    assert await bubbles.show(desktop.bus, notice(), 0) == 1
    assert await bubbles.show(desktop.bus, notice("escalated", "warning"), 20) == 2
    assert await bubbles.show(desktop.bus, notice("resolved"), 0) is None
    assert await bubbles.show(desktop.bus, notice("resolved"), 0) is None
    (_, first), (_, second), closed = desktop.calls
    name, replaced, _, title, body, _, hints, stay_ms = first
    assert (name, replaced, title, stay_ms) == ("MosaicFS", 0, "Target away", -1)
    assert body.startswith("usb &lt;is&gt; away.")
    assert hints["urgency"] == ("y", 2)
    assert (second[1], second[6]["urgency"], second[7]) == (1, ("y", 1), 20_000)
    assert closed == ("CloseNotification", (2,))


async def test_the_plugin_shows_what_it_is_asked_to(
    desktop: Desktop, plugin_host: MakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", desktop.bus)
    (reply,) = await plugin_host(plugin).hooks.notify(notice(), ["desktop"])
    assert reply.answer
    assert reply.answer.delivered
    assert len(desktop.calls) == 1


async def test_without_a_session_nothing_is_shown_and_nothing_is_wrong(
    plugin_host: MakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere")
    host = plugin_host(plugin)
    (reply,) = await host.hooks.notify(notice(), ["desktop"])
    assert (reply.answer, reply.error) == (None, None)
    assert host.items()[0].standing == "ready"


async def test_a_bus_that_is_gone_is_tried_later(plugin_host: MakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    (reply,) = await plugin_host(plugin).hooks.notify(notice(), ["desktop"])
    assert "not available" in str(reply.error)


def test_a_bus_is_found_where_the_session_says() -> None:
    assert session_bus({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/a"}) == "unix:path=/a"
    assert session_bus({"XDG_RUNTIME_DIR": "/nowhere"}) is None
