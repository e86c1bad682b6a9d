"""A duty put together: store, plugins and faces, with a real database and a face out of the plugins folder."""

import logging
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import trio

from mosaicfs import wire
from mosaicfs.app import Opened, open_store, plugin_items, run_duty
from mosaicfs.errors import AddressInUseError, ConfigError, NoFaceError
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.configuration import AgentSettings, LoggingSettings, ServerSettings, Settings, StoreSettings
from mosaicfs.model.ids import directory_id
from mosaicfs.model.node import Node
from mosaicfs.model.plugin_info import Duty
from mosaicfs.model.store import IdRange
from mosaicfs.paths import Places, find_places

FACE = """
import trio
from dataclasses import dataclass
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.document import Document
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.role import CONTROL

@dataclass(frozen=True)
class Options:
    panes: int = 4

PLUGIN = PluginInfo(
    name="glass", title="Glass", summary="Shows.", version="1", api=1, options=Options, duty=DUTY, default_enabled=True
)

@hookimpl
async def serve(kernel, started, options):
    written = await kernel.store.write([Document("note::1", "", b'{"type":"note"}')], writer=CONTROL)
    facts = {"panes": options.panes, "node": kernel.node_id, "rev": written[0].rev, "state": kernel.places.state_dir}
    started(**{name: str(fact) for name, fact in facts.items()})
    await trio.sleep_forever()
"""


CRAWLS = """
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.crawling import Change, CrawlEnd, Source
from mosaicfs.model.plugin_info import PluginInfo, ServedBackend
import trio

PLUGIN = PluginInfo(
    name="glass", title="Glass", summary="Shows.", version="1", api=1, backends=(ServedBackend("glass"),),
    duty=DUTY, default_enabled=True
)

@hookimpl
async def crawl(source, into):
    await into.send(Change(action="create", export_path="/pane/a.txt", size=3, mtime="2026-01-15T14:30:00.123456Z"))
    return CrawlEnd(complete=True)

@hookimpl
async def serve(kernel, started, notices):
    notices.observe("draught", "warning", "It is windy", "Close the pane.")
    kernel.standing.trouble("watcher", "warning", "a crack")
    counts = await kernel.index.crawl(Source(name="pane", backend="glass", node_id=kernel.node_id, prefix="/pane"))
    started(new=str(counts.new))
    await trio.sleep_forever()
"""

NEVER_DONE = CRAWLS.replace("return CrawlEnd(complete=True)", "await trio.sleep_forever()").replace(
    "    counts = await", "    started(new='')\n    counts = await"
)

LAST_WORDS = (
    FACE.replace("serve(kernel, started, options)", "serve(kernel, started, notices)")
    .replace(
        "    await trio.sleep_forever()",
        """
    try:
        await trio.sleep_forever()
    finally:
        notices.observe("farewell", "info", "Going", "It was nice.")
""",
    )
    .replace("options.panes", "4")
)

ASKS_TOO_MUCH = """
from mosaicfs.errors import UnsupportedError
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.plugin_info import PluginInfo
import trio

PLUGIN = PluginInfo(name="glass", title="Glass", summary="Shows.", version="1", api=1, duty=DUTY, default_enabled=True)

@hookimpl
async def serve(kernel, started):
    told = {}
    for part in ("index", "standing", "directories"):
        try:
            getattr(kernel, part)
        except UnsupportedError as error:
            told[part] = str(error)
    started(**told)
    await trio.sleep_forever()
"""


class Notebook:
    """An observer that writes everything down, and stops the duty once it is ready."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.about: Opened | None = None
        self.facts: Mapping[str, str] = {}

    def opened(self, opened: Opened) -> None:
        self.told.append("opened")
        self.about = opened

    def ready(self, facts: Mapping[str, str]) -> None:
        self.told.append("ready")
        self.facts = facts
        os.kill(os.getpid(), signal.SIGTERM)

    def stopping(self) -> None:
        self.told.append("stopping")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("MOSAICFS_PLUGINS", "glass")
    names = ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    directories = {name: str(tmp_path / name.lower()) for name in names}
    return find_places({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime), **directories})


def put_up_glass(places: Places, duty: Duty = "mount", face: str = FACE) -> None:
    places.plugins_dir.mkdir(parents=True, mode=0o755)
    file = places.plugins_dir / "glass.py"
    file.write_text(face.replace("DUTY", repr(duty)))
    file.chmod(0o644)


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """A duty takes the log of its process over; the next test is to have it back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


async def run(places: Places, settings: Settings | None = None, duty: Duty = "mount") -> Notebook:
    observer = Notebook()
    with trio.fail_after(20):
        await run_duty(duty, settings or Settings(), places, observer)
    return observer


async def test_a_duty_serves_until_a_signal_and_tells_how_it_fares(places: Places) -> None:
    put_up_glass(places)
    observer = await run(places, Settings(plugin_options={"glass": {"panes": 9}}))
    assert observer.told == ["opened", "ready", "stopping"]
    assert (observer.facts["panes"], observer.facts["state"]) == ("9", str(places.state_dir))
    assert observer.facts["rev"].startswith("1-")


async def test_an_agent_indexes_and_leaves_its_node_behind_as_documents(places: Places, tmp_path: Path) -> None:
    put_up_glass(places, "agent", CRAWLS)
    watched = tmp_path / "pictures"
    watched.mkdir()
    settings = Settings(agent=AgentSettings(name="Attic", watch_paths=(str(watched),)))
    observer = await run(places, settings, duty="agent")
    assert observer.facts == {"new": "1"}
    assert observer.about
    assert observer.about.is_new
    async with open_store(settings, places) as store:
        rows = await store.ids(IdRange(), 100, include_docs=True)
    nouns = {row.id: wire.decode(row.id, row.document.body) for row in rows if row.document}
    node = nouns["node::node-attic"]
    assert isinstance(node, Node)
    assert (node.friendly_name, node.status, node.watch_paths) == ("Attic", "offline", (str(watched),))
    status = nouns["status::node-attic"]
    assert isinstance(status, AgentStatus)
    assert [error.message for error in status.recent_errors] == ["a crack"]
    assert status.available_plugins
    assert "notification::node-attic::plugin:glass:draught" in nouns
    assert [type(noun).__name__ for noun in nouns.values()].count("File") == 1
    assert [type(noun).__name__ for noun in nouns.values()].count("Filesystem") == 1


async def test_a_stop_in_the_middle_of_a_crawl_is_a_clean_one(places: Places) -> None:
    put_up_glass(places, "agent", NEVER_DONE)
    settings = Settings(agent=AgentSettings(name="Attic"))
    for _ in range(2):
        await run(places, settings, duty="agent")
        async with open_store(settings, places) as store:
            found = await store.get("node::node-attic")
        assert found
        assert b'"status":"offline"' in found.body


@pytest.mark.parametrize("duty", ["agent", "mount"])
async def test_a_stop_while_it_starts_is_a_clean_one_too(duty: Duty, places: Places) -> None:
    put_up_glass(places, duty, f"import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n{FACE}")
    observer = await run(places, duty=duty)
    assert "stopping" in observer.told
    assert "ready" not in observer.told


@pytest.mark.parametrize("duty", ["agent", "mount"])
async def test_what_is_told_at_the_end_is_written_before_the_store_closes(duty: Duty, places: Places) -> None:
    put_up_glass(places, duty, LAST_WORDS)
    settings = Settings(agent=AgentSettings(name="Attic"))
    await run(places, settings, duty=duty)
    async with open_store(settings, places) as store:
        assert await store.get("notification::node-attic::plugin:glass:farewell")


async def test_an_agent_with_a_control_plane_leaves_its_node_document_to_it(places: Places) -> None:
    put_up_glass(places, "agent", CRAWLS.replace("    counts =", "    await kernel.pulled()\n    counts ="))
    settings = Settings(agent=AgentSettings(name="Attic", control_plane_url="https://nas.example:8443"))
    await run(places, settings, duty="agent")
    async with open_store(settings, places) as store:
        assert await store.get("node::node-attic") is None
        assert await store.get("status::node-attic") is not None


LINE = CRAWLS.replace(
    "    counts =",
    """
    from pathlib import Path
    said = Path(kernel.places.state_dir, "said")

    class Line:
        async def receive(self, heartbeat):
            with said.open("a") as file:
                file.write(f"{heartbeat.status}\\n")

        async def push(self):
            found = await kernel.store.get("status::node-attic")
            with said.open("a") as file:
                file.write(f"push {found is not None and b'a crack' in found.body}\\n")

    assert kernel.awaits_pull()
    kernel.connect(Line())
    await kernel.pulled()
    assert not kernel.awaits_pull()
    counts =""",
)


async def test_a_joined_agent_tells_its_control_plane_and_pushes_before_its_last_word(places: Places) -> None:
    put_up_glass(places, "agent", LINE)
    settings = Settings(agent=AgentSettings(name="Attic", control_plane_url="https://nas.example:8443"))
    await run(places, settings, duty="agent")
    said = (places.state_dir / "said").read_text().splitlines()
    assert said[0] == "online"
    assert said[-2:] == ["push True", "offline"], "what is told at the end is written, then sent, then it is over"


@pytest.mark.parametrize("duty", ["server", "mount"])
async def test_other_duties_have_no_index_and_say_so(duty: Duty, places: Places) -> None:
    put_up_glass(places, duty, ASKS_TOO_MUCH)
    listen = ServerSettings(("http://127.0.0.1:0",))
    told = (await run(places, Settings(server=listen), duty=duty)).facts
    assert told["index"].startswith("The index of this machine's files is kept by the duty “agent”")
    assert "standing" not in told, "what another duty tells of itself reaches the agent"
    assert ("directories" in told) is (duty != "server")


async def test_a_duty_may_log_into_a_file_of_its_own(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    put_up_glass(places, "agent", CRAWLS.replace("await trio.sleep_forever()", "print('never into a log')"))
    await run(places, Settings(logging=LoggingSettings(file="default", level="debug")), duty="agent")
    for handler in logging.getLogger().handlers:
        handler.close()
    assert (places.log_dir / "agent.log").stat().st_mode & 0o077 == 0
    assert capsys.readouterr().err == ""


async def test_a_node_is_the_same_instance_the_next_time(places: Places) -> None:
    put_up_glass(places)
    first, second = (await run(places)).about, (await run(places)).about
    assert first
    assert second
    assert (first.is_new, second.is_new) == (True, False)
    assert second._replace(is_new=True) == first
    assert first.database == str(places.database)


@pytest.mark.parametrize(
    ("duty", "control_plane", "wanted", "expected"),
    [
        ("server", "", True, ["/", "/documents"]),
        ("server", "", False, ["/"]),
        ("agent", "", True, []),
        ("mount", "", True, []),
        ("server", "https://nas.example:8443", True, []),
    ],
)
async def test_a_control_plane_begins_with_its_tree(
    places: Places, duty: Duty, control_plane: str, wanted: bool, expected: list[str]
) -> None:
    """Nobody else writes it: a node that has joined receives it."""
    put_up_glass(places, duty, ASKS_TOO_MUCH)
    listen = ServerSettings(("http://127.0.0.1:0",))
    settings = Settings(server=listen, agent=AgentSettings(control_plane_url=control_plane))
    with trio.fail_after(20):
        await run_duty(duty, settings, places, Notebook(), default_tree=wanted)
    async with open_store(settings, places) as store:
        found = await store.get_many([directory_id(path) for path in ("/", "/documents")])
    assert [path for path, each in zip(("/", "/documents"), found, strict=True) if each is not None] == expected


async def test_a_stopped_duty_leaves_no_socket(places: Places) -> None:
    put_up_glass(places)
    await run(places)
    left = [path for path in places.runtime_dir.rglob("*") if not path.is_dir()]
    assert [path for path in left if not path.name.startswith("reads-")] == [], "what was read is counted on"


async def test_without_a_face_nothing_is_opened(places: Places) -> None:
    with pytest.RaisesGroup(NoFaceError):
        await run(places)
    assert not places.database.exists()


async def test_a_face_of_another_duty_is_not_asked(places: Places) -> None:
    put_up_glass(places, duty="agent")
    with pytest.RaisesGroup(NoFaceError):
        await run(places, duty="mount")


async def test_wrong_options_of_a_face_refuse_the_start(places: Places) -> None:
    put_up_glass(places)
    with pytest.RaisesGroup(pytest.RaisesExc(ConfigError, match=r"\[plugin\.glass\]: .*panes")):
        await run(places, Settings(plugin_options={"glass": {"panes": "many"}}))


async def test_a_listener_beyond_loopback_refuses_the_start_before_anything_is_made(places: Places) -> None:
    settings = Settings(server=ServerSettings(("http://0.0.0.0:0",)), given={"server.listen": "m.toml:2"})
    with pytest.raises(ConfigError, match=r"^m\.toml:2: "):
        await run(places, settings, duty="server")
    assert not places.state_dir.exists()


async def test_a_taken_address_refuses_the_start(places: Places) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = (f"http://127.0.0.1:{taken.getsockname()[1]}",)
        with pytest.raises(AddressInUseError):
            await run(places, Settings(server=ServerSettings(listen)), duty="server")


async def test_a_node_that_has_joined_keeps_a_file_of_its_own(places: Places) -> None:
    settings = Settings(
        store=StoreSettings(driver="couchdb", url="http://127.0.0.1:5984"),
        agent=AgentSettings(control_plane_url="https://server.example"),
        given={"store.driver": "MOSAICFS_STORE_DRIVER"},
    )
    with pytest.raises(ConfigError, match=r"^MOSAICFS_STORE_DRIVER: couchdb is for a control plane"):
        async with open_store(settings, places):
            pass


async def test_a_store_driver_that_is_not_installed_is_named_with_those_that_are(places: Places) -> None:
    settings = Settings(store=StoreSettings(driver="oracle"), given={"store.driver": "MOSAICFS_STORE_DRIVER"})
    with pytest.raises(ConfigError, match=r"^MOSAICFS_STORE_DRIVER: no store driver 'oracle' .* couchdb, sqlite\.$"):
        async with open_store(settings, places):
            pass


def test_what_is_switched_off_is_listed_with_the_reason(places: Places) -> None:
    put_up_glass(places)
    settings = Settings()
    disabled = replace(settings, plugins=replace(settings.plugins, disabled=("glass",)))
    (item,) = (item for item in plugin_items(disabled, places) if item.name == "glass")
    assert (item.standing, item.kind) == ("disabled", "file")
