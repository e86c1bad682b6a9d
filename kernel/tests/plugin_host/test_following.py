"""Instances begin, change and end with the documents of their node, in a real store, while they are followed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import trio
import trio.testing

from mosaicfs import wire
from mosaicfs.documents.sqlite import open_store
from mosaicfs.errors import MosaicError
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.configuration import PluginsSettings
from mosaicfs.model.document import Document
from mosaicfs.model.event import Event
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs.model.plugin import Plugin, SharedPlugin
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.plugin_item import PluginStanding
from mosaicfs.model.plugin_kind import FoundPlugin, JoinedPlugin, PluginGround, PluginInstance, PluginJoiner
from mosaicfs.model.role import CONTROL
from mosaicfs.model.store import Store
from mosaicfs.plugin_host import following
from mosaicfs.plugin_host.following import FollowedPlugins
from mosaicfs.plugin_host.host import PluginHost

ECHO = """
from dataclasses import dataclass
@dataclass(frozen=True)
class Options:
    colour: str = "red"
    size: int = 1
PLUGIN = PluginInfo(name="echo", title="Echo", summary="", version="1", api=1, options=Options, events=("file.added",))
@hookimpl
async def annotate(event, entry, path, options, state_dir):
    if event.name == "wrong": raise OptionsError("echo", "no")
    return {"colour": options.colour, "state": state_dir.name}
"""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAUSE_S", 0.0)
    monkeypatch.setattr(following, "GLANCE_S", 0.01)


@dataclass(slots=True)
class Conditions:
    held: dict[str, str] = field(default_factory=dict)

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        self.held[key] = message

    def clear(self, key: str) -> None:
        self.held.pop(key, None)


class Lamp:
    """A plugin of a kind that a test makes up: it says how it stands, and is told how it is configured."""

    def __init__(self, instance: PluginInstance) -> None:
        self.instance = instance
        self.standing: tuple[PluginStanding, str] = ("disconnected", "dark")
        self.is_running = False
        self.module = ModuleType("lamp")
        schema: JsonObject = {"properties": {"key": {"type": "secret"}, "watts": {"type": "number", "default": 40}}}
        info = PluginInfo(name="lamp", title="Lamp", summary="", version="2", api=1, options=schema)
        self.module.PLUGIN = info  # type: ignore[attr-defined]  # a module made by hand
        self.module.annotate = self.annotate  # type: ignore[attr-defined]

    @hookimpl
    async def annotate(self, event: Event) -> dict[str, Any]:
        await trio.lowlevel.checkpoint()
        return dict(self.instance.config)

    def take(self, instance: PluginInstance) -> None:
        self.instance = instance

    async def run(self) -> None:
        self.is_running = True
        try:
            await trio.sleep_forever()
        finally:
            self.is_running = False

    def light(self) -> None:
        self.standing = ("ready", "")
        self.instance.on_news()


class Lamps:
    def __init__(self) -> None:
        self.joined: dict[str, Lamp] = {}

    def find(self, ground: PluginGround) -> Sequence[FoundPlugin]:
        return []

    def join(self, ground: PluginGround, instance: PluginInstance) -> JoinedPlugin:
        lamp = self.joined[instance.name] = Lamp(instance)
        return lamp


@dataclass(slots=True)
class Scene:
    store: Store
    host: PluginHost
    followed: FollowedPlugins
    conditions: Conditions
    lamps: Lamps

    async def write(self, name: str, **more: Any) -> None:
        known: dict[str, Any] = {"plugin_type": "python", "enabled": True, "name": name} | more
        noun = Plugin(node_id="laptop", plugin_name=name, created_at="2026-01-01T00:00:00Z", **known)
        await self.put(f"plugin::laptop::{name}", wire.encode(noun))

    async def put(self, doc_id: str, body: bytes) -> None:
        before = await self.store.get(doc_id)
        rev = "" if before is None else before.rev
        (row,) = await self.store.write([Document(doc_id, rev, body)], writer=CONTROL)
        assert not row.error, row

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():  # noqa: ASYNC110 - what is waited for has no event for tests
            await trio.sleep(0.005)

    def standing(self, name: str) -> tuple[str, str]:
        return next(((item.standing, item.reason) for item in self.host.items() if item.name == name), ("", ""))

    async def asked(self, name: str, event: str = "file.added") -> Any:
        try:
            return await self.host.hooks.annotate(name, Event(name=event), None, None)
        except MosaicError as trouble:
            return str(trouble)


@pytest.fixture
def scene(host: Callable[..., PluginHost], tmp_path: Path) -> Callable[..., Any]:
    @asynccontextmanager
    async def make(plugins: dict[str, str] | None = None, **options: Any) -> AsyncIterator[Scene]:
        made, conditions, lamps = host(plugins or {"echo": ECHO}), Conditions(), Lamps()
        kinds: dict[str, PluginJoiner] = {"socket": lamps}
        ground = PluginGround("laptop", tmp_path / "plugins", tmp_path, tmp_path, PluginsSettings())
        async with open_store(tmp_path / "mosaicfs.db", tmp_path / "bell") as store, trio.open_nursery() as nursery:
            followed = FollowedPlugins(
                made, store, ground, lambda sealed, about: sealed, conditions, options=options, kinds=kinds
            )
            nursery.start_soon(followed.run)
            yield Scene(store, made, followed, conditions, lamps)
            nursery.cancel_scope.cancel()

    return make


async def test_one_code_may_be_several_instances_each_with_its_options(scene: Callable[..., Any]) -> None:
    async with scene() as s:
        await s.until(lambda: s.standing("echo") == ("disabled", "available, not enabled"))
        await s.write("echo@work", config={"colour": "blue"})
        await s.write("echo@home", settings={"colour": "green"}, config={"colour": "grey"})
        await s.write("echo", enabled=False)
        await s.until(lambda: s.standing("echo@home")[0] == s.standing("echo@work")[0] == "ready")
        assert await s.asked("echo@work") == {"colour": "blue", "state": "echo@work"}
        assert await s.asked("echo@home") == {"colour": "green", "state": "echo@home"}
        assert "is ready" in await s.asked("echo")
        assert set(s.followed.current()) == {"echo@home", "echo@work"}


async def test_another_option_holds_without_a_restart(scene: Callable[..., Any]) -> None:
    async with scene() as s:
        await s.write("echo", config={"colour": "blue"}, subscribed_events=("file.added",))
        await s.until(lambda: "echo" in s.followed.current())
        await s.write("echo", config={"colour": "pink"}, subscribed_events=("file.deleted",), timeout_s=7)
        await s.until(lambda: s.followed.current()["echo"].events == ("file.deleted",))
        assert (await s.asked("echo"))["colour"] == "pink"
        assert s.followed.current()["echo"].timeout_s == 7.0


async def test_shared_settings_start_nothing_and_hold_where_the_node_says_nothing(scene: Callable[..., Any]) -> None:
    async with scene() as s:
        shared = SharedPlugin(plugin_name="echo", settings={"colour": "gold", "size": 3})
        await s.put("plugin::echo", wire.encode(shared))
        await s.write("echo@a", config={"size": 4})
        await s.put("plugin::echo@a", wire.encode(shared))
        await s.until(lambda: "echo@a" in s.followed.current())
        await s.until(lambda: s.host.hooks.plugins[0].options.colour == "gold")
        assert s.host.hooks.plugins[0].options.size == 4
        assert s.standing("echo")[0] == ""


@pytest.mark.allow_log("plugin paused")
async def test_wrong_options_pause_and_better_ones_wake(scene: Callable[..., Any]) -> None:
    async with scene() as s:
        await s.write("echo", config={"size": "large"})
        await s.until(lambda: "plugin_misconfigured:echo" in s.conditions.held)
        assert s.standing("echo")[0] == s.followed.current()["echo"].standing == "paused"
        await s.write("echo", config={"size": 2})
        await s.until(lambda: not s.conditions.held)
        assert (await s.asked("echo"))["colour"] == "red"
        assert "wrong" in await s.asked("echo", "wrong")
        await s.until(lambda: "plugin_misconfigured:echo" in s.conditions.held)
        s.followed.try_again("echo")
        await s.until(lambda: not s.conditions.held)


async def test_what_is_not_installed_is_missing_and_keeps_its_jobs(scene: Callable[..., Any]) -> None:
    async with scene() as s:
        await s.write("absent", subscribed_events=("file.added",))
        await s.write("other", plugin_type="tcp")
        await s.until(lambda: set(s.conditions.held) == {"plugin_missing:absent", "plugin_missing:other"})
        assert s.followed.current()["absent"].standing == "missing"
        await s.write("absent", enabled=False)
        await s.write("other", enabled=False)
        await s.until(lambda: not s.conditions.held)


@pytest.mark.allow_log("plugin refused")
async def test_what_cannot_be_loaded_is_refused_while_it_is_wanted(scene: Callable[..., Any]) -> None:
    async with scene({"echo": ECHO.replace("api=1", "api=99")}) as s:
        await s.write("echo")
        await s.until(lambda: "plugin_refused:echo" in s.conditions.held)
        assert s.standing("echo")[0] == "refused"
        await s.write("echo", enabled=False)
        await s.until(lambda: not s.conditions.held)


@pytest.mark.parametrize("name", ["../etc/passwd", "a/b", "a.b", "", "A", "echo@", "@work", "e" * 65])
async def test_a_name_that_is_none_is_refused(scene: Callable[..., Any], name: str) -> None:
    """The API refuses such a document; a peer may bring one all the same."""
    async with scene() as s:
        body = wire.encode(
            Plugin(
                node_id="laptop",
                plugin_name=name,
                name="x",
                plugin_type="socket",
                enabled=True,
                created_at="2026-01-01T00:00:00Z",
            )
        )
        await s.store.write([Document("plugin::laptop::odd", "", body)], writer=CONTROL)
        await s.write("echo")
        await s.until(lambda: "echo" in s.followed.current())
        assert s.lamps.joined == {}
        assert s.standing(name)[0] in ("refused", "")


async def test_what_runs_elsewhere_is_joined_told_and_left(scene: Callable[..., Any]) -> None:
    async with scene() as s:
        await s.write("lamp@hall", plugin_type="socket", config={"key": "hunter2"}, subscribed_events=("file.added",))
        await s.until(lambda: "plugin_disconnected:lamp@hall" in s.conditions.held)
        lamp = s.lamps.joined["lamp@hall"]
        found = s.followed.current()["lamp@hall"]
        assert (found.standing, found.in_order) == ("disconnected", True)
        await s.until(lambda: lamp.is_running)
        lamp.light()
        await s.until(lambda: not s.conditions.held)
        assert await s.asked("lamp@hall") == {"key": "hunter2", "watts": 40}
        assert "hunter2" not in str(s.host.items())
        await s.write("lamp@hall", plugin_type="socket", config={"watts": 60})
        await s.until(lambda: lamp.instance.config.get("watts") == 60)
        assert s.lamps.joined["lamp@hall"] is lamp
        await s.write("lamp@hall", plugin_type="socket", enabled=False)
        await s.until(lambda: not lamp.is_running)


async def test_a_secret_that_is_lost_is_told(scene: Callable[..., Any]) -> None:
    async with scene() as s:
        await s.write("lamp", plugin_type="socket", settings={"key": "__REDACTED__"})
        await s.until(lambda: "plugin_secret_missing:lamp" in s.conditions.held)
        await s.write("lamp", plugin_type="socket", settings={"key": {"sealed": "hunter2"}})
        await s.until(lambda: "plugin_secret_missing:lamp" not in s.conditions.held)
        assert s.lamps.joined["lamp"].instance.config["key"] == "hunter2"


async def test_the_runner_hears_of_each_change(scene: Callable[..., Any]) -> None:
    async with scene() as s:
        await s.until(lambda: s.standing("echo")[0] == "disabled")
        with trio.fail_after(10):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(s.followed.changed)
                await trio.testing.wait_all_tasks_blocked()
                await s.write("echo", subscribed_events=("file.added",))


async def test_what_is_switched_off_on_the_machine_stays_off(
    scene: Callable[..., Any], host: Callable[..., PluginHost]
) -> None:
    async with scene({"echo": ECHO}) as s:
        s.host.wanted = type(s.host.wanted)(disabled=("lamp",))
        await s.write("lamp", plugin_type="socket")
        await s.until(lambda: s.standing("lamp")[0] == "disabled")
        assert s.lamps.joined == {}
