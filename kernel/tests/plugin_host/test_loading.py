"""Whoever fails to load is kept with the reason, and the others never notice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mosaicfs.model.configuration import PluginsSettings, Settings
from mosaicfs.model.event import Event
from mosaicfs.model.plugin_item import PluginItem
from mosaicfs.plugin_host.host import PluginHost, load_plugins
from mosaicfs.plugin_host.kinds import NOT_ENABLED
from mosaicfs.plugin_host.loading import Wanted

MakeHost = Callable[..., PluginHost]

GOOD = """
PLUGIN = PluginInfo(name="good", title="Good", summary="Answers.", version="1.2", api=1)

@hookimpl
async def annotate(event):
    return {}
"""


ACTIVE = """
@hookimpl
async def crawl(source):
    return None
"""


def told(host: PluginHost) -> dict[str, PluginItem]:
    return {item.name: item for item in host.items()}


def test_a_file_in_the_folder_is_a_plugin(host: MakeHost) -> None:
    assert host({"good": GOOD}).items() == [PluginItem("good", "file", "1.2", "Good", ("annotate",), "ready", "")]


def test_a_module_without_plugin_info_works_under_its_name(host: MakeHost) -> None:
    found = host({"bare": "@hookimpl\nasync def annotate(event): return {}"})
    assert told(found)["bare"] == PluginItem("bare", "file", "", "bare", ("annotate",), "ready", "")


REFUSED = {
    "a file that raises": ("1 / 0", r"import failed: ZeroDivisionError: division by zero \(bad.py:5\)"),
    "a file that asserts": ("assert False, 'no'", r"import failed: AssertionError: no"),
    "a file that ends the program": ("raise SystemExit(3)", r"import failed: SystemExit: 3"),
    "a file that is no Python": ("def (", r"import failed: SyntaxError: .* \(bad.py:5\)"),
    "a missing import": ("import no_such_module", r"ModuleNotFoundError: No module named 'no_such_module' \(bad.py:5"),
    "another version of the hooks": (
        GOOD.replace('"good"', '"bad"').replace("api=1", "api=2"),
        r"was written for version 2 of the hooks, and this is version 1",
    ),
    "another name": (GOOD, r"installed as bad and calls itself good"),
    "a PLUGIN that is none": ("PLUGIN = {'name': 'bad'}", r"PLUGIN must be .*PluginInfo, and is a dict"),
    "a hook that is not async": ("@hookimpl\ndef annotate(event): ...", r"annotate is not async; write `async def"),
    "a generator as hook": ("@hookimpl\nasync def annotate(event): yield {}", r"annotate is not async"),
    "an unknown argument": (
        "@hookimpl\nasync def annotate(file): ...",
        r"wants an argument file; there are event, entry, path, options, notices",
    ),
    "arguments without names": ("@hookimpl\nasync def annotate(*everything): ...", r"by name, not as \*everything"),
    "a hook that there is not": ("@hookimpl\nasync def anotate(event): ...", r"no hook anotate; did you mean annotate"),
    "a promise that is not kept": (
        GOOD.replace('"good"', '"bad"').replace("api=1", "api=1, hooks=('query',)"),
        r"promises the hook query",
    ),
    "options that cannot be read": (
        GOOD.replace('"good"', '"bad"').replace("api=1", "api=1, options={'properties': {'a': {'type': 'date'}}}"),
        r"its option a must have a type out of string, number",
    ),
}


@pytest.mark.allow_log("plugin refused")
@pytest.mark.parametrize(("source", "reason"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_its_reason_and_the_others_are_ready(host: MakeHost, source: str, reason: str) -> None:
    found = told(host({"bad": source, "good": GOOD}))
    assert found["good"].standing == "ready"
    assert found["bad"].standing == "refused"
    assert re.search(reason, found["bad"].reason), found["bad"].reason


@pytest.mark.allow_log("plugin refused")
def test_a_file_that_fails_leaves_no_half_module_behind(host: MakeHost) -> None:
    host({"bad": "1 / 0"})
    assert "mosaicfs_plugin_file_bad" not in sys.modules


@pytest.mark.allow_log("plugin refused")
@pytest.mark.parametrize("name", ["Summary", "a.b", "a b", "-a", "x" * 65, "summary@work"])
def test_a_name_must_be_plain(host: MakeHost, name: str) -> None:
    assert told(host({name: GOOD}))[name].reason.startswith("a name may hold only a-z, 0-9")


@pytest.mark.allow_log("plugin refused")
def test_what_others_may_write_is_not_run(host: MakeHost, write: Callable[[str, str], Path], folder: Path) -> None:
    path = write("open", "raise RuntimeError('it ran')")
    path.chmod(0o664)
    assert "unsafe file: others may write" in told(host({}))["open"].reason
    path.chmod(0o644)
    folder.chmod(0o777)
    assert "unsafe file: others may write the folder" in told(host({}))["open"].reason


@pytest.mark.allow_log("plugin refused")
def test_a_link_must_stay_in_the_folder(host: MakeHost, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("raise RuntimeError('it ran')")
    (folder / "link.py").symlink_to(outside)
    assert "leads out of the plugins folder" in told(host({}))["link"].reason


@pytest.mark.allow_log("plugin refused")
def test_a_pipe_is_no_plugin_and_is_not_waited_for(host: MakeHost, folder: Path) -> None:
    os.mkfifo(folder / "pipe.py", 0o644)
    assert "is not a regular file" in told(host({}))["pipe"].reason


@pytest.mark.allow_log("plugin refused")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_not_run(host: MakeHost, write: Callable[[str, str], Path]) -> None:
    os.chown(write("theirs", "raise RuntimeError('it ran')"), 12345, -1)
    assert "belongs to neither root nor us" in told(host({}))["theirs"].reason


@pytest.mark.allow_log("plugin refused")
def test_one_backend_has_one_plugin(host: MakeHost) -> None:
    claim = 'PLUGIN = PluginInfo(name="{}", title="", summary="", version="1", api=1, backends=(ServedBackend("s3"),))'
    found = told(host({"a": claim.format("a"), "b": claim.format("b")}))
    assert (found["a"].standing, found["b"].reason) == ("ready", "a serves the backend s3 already")


def test_who_is_switched_off_is_not_even_imported(host: MakeHost) -> None:
    found = told(host({"off": "raise RuntimeError('it ran')"}, wanted=Wanted(disabled=("off",))))
    assert found["off"].standing == "disabled"
    assert "[plugins] disabled" in found["off"].reason


def test_a_plugin_that_is_configured_and_not_installed_is_missing(host: MakeHost) -> None:
    assert told(host({}, options={"outline": {"model": "x"}}))["outline"].standing == "missing"


@pytest.mark.allow_log("plugin paused")
def test_wrong_options_pause_a_plugin_that_is_otherwise_well(host: MakeHost) -> None:
    declared = GOOD.replace("api=1", "api=1, options={'properties': {'n': {'type': 'number'}}}")
    found = told(host({"good": declared}, options={"good": {"n": "many"}}))
    assert found["good"].standing == "paused"
    assert found["good"].reason == "The options of good are wrong: n must be a number."


def test_newer_code_on_disk_asks_for_a_restart(host: MakeHost, folder: Path) -> None:
    found = host({"good": GOOD})
    os.utime(folder / "good.py", ns=(1, 1))
    assert told(found)["good"].standing == "restart_needed"


@dataclass
class Places:
    state_dir: Path
    cache_dir: Path
    runtime_dir: Path
    plugins_dir: Path


@pytest.fixture
def places(tmp_path: Path, folder: Path) -> Places:
    return Places(tmp_path, tmp_path, tmp_path, folder)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a distribution: its metadata and one module, on the path like any other."""
    site = tmp_path / "site"
    modules: list[str] = []

    def install_one(distribution: str, entry_point: str, source: str, module: str | None = None) -> None:
        info = site / f"{distribution}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        target = module or f"{distribution}_plugin"
        (info / "entry_points.txt").write_text(f"[mosaicfs.plugins]\n{entry_point} = {target}\n")
        (site / f"{distribution}_plugin.py").write_text(source)
        modules.append(f"{distribution}_plugin")

    monkeypatch.syspath_prepend(site)
    yield install_one
    for name in modules:
        sys.modules.pop(name, None)


def only(*names: str) -> dict[str, str]:
    return {"MOSAICFS_PLUGINS": ",".join(names)}


def test_a_distribution_is_found_by_its_entry_point(install: Callable[..., None], places: Places) -> None:
    install("outline", "outline", "x = 1")
    found = told(load_plugins(Settings(), places, environment=only("outline")))
    assert found["outline"][:2] == ("outline", "distribution")
    assert (found["outline"].standing, found["outline"].reason) == ("disabled", NOT_ENABLED)


@pytest.mark.allow_log("plugin refused")
@pytest.mark.parametrize("module", ["no_such_module", "outline_plugin:x", "outline_plugin:absent"])
def test_an_entry_point_that_leads_nowhere_is_refused(
    install: Callable[..., None], places: Places, module: str
) -> None:
    install("outline", "outline", "x = 1", module)
    found = told(load_plugins(Settings(), places, environment=only("outline")))
    assert found["outline"].standing == "refused"
    assert "no_such_module" in found["outline"].reason or "outline_plugin" in found["outline"].reason


@pytest.mark.allow_log("plugin refused")
def test_a_name_belongs_to_the_first_and_an_installed_one_goes_before_a_file(
    install: Callable[..., None], places: Places, write: Callable[[str, str], Path]
) -> None:
    install("outline", "outline", "x = 1")
    write("outline", "raise RuntimeError('it ran')")
    found = load_plugins(Settings(), places, environment=only("outline")).items()
    same = sorted((item.kind, item.standing, item.reason) for item in found if item.name == "outline")
    assert same == [
        ("distribution", "disabled", NOT_ENABLED),
        ("file", "refused", "outline_plugin has taken its name"),
    ]


def test_what_a_document_must_enable_rests_until_one_does(places: Places, write: Callable[[str, str], Path]) -> None:
    write("good", GOOD)
    write("a", ACTIVE)
    found = load_plugins(Settings(), places, environment=only("good", "a"))
    assert told(found)["good"] == PluginItem("good", "file", "1.2", "Good", ("annotate",), "disabled", NOT_ENABLED)
    assert [each.name for each in found.hooks.plugins] == ["a"]


def test_the_environment_can_name_the_only_ones_wanted(places: Places, write: Callable[[str, str], Path]) -> None:
    write("a", ACTIVE)
    write("b", "raise RuntimeError('it ran')")
    found = told(load_plugins(Settings(), places, environment=only("a", "c")))
    assert {name: found[name].standing for name in "abc"} == {"a": "ready", "b": "disabled", "c": "missing"}
    assert found["b"].reason == "MOSAICFS_PLUGINS does not name it"


def test_the_configuration_switches_off(places: Places, write: Callable[[str, str], Path]) -> None:
    write("a", "raise RuntimeError('it ran')")
    settings = Settings(plugins=PluginsSettings(disabled=("a",)))
    assert told(load_plugins(settings, places, environment=only("a")))["a"].standing == "disabled"


async def test_the_environment_switches_tracing_on(places: Places, write: Callable[[str, str], Path]) -> None:
    write("good", GOOD.replace("api=1", "api=1, default_enabled=True"))
    found = load_plugins(Settings(), places, environment=only("good") | {"MOSAICFS_TRACE_HOOKS": "1"})
    with capture_logs() as lines:
        await found.hooks.annotate("good", Event(name="file.added"), None, None)
    assert [line["call"] for line in lines] == ["annotate(event=Event(name='file.added', sequence=0, attempt=1))"]


def test_a_folder_that_is_not_there_has_no_plugins(places: Places) -> None:
    places.plugins_dir.rmdir()
    assert all(item.kind == "distribution" for item in load_plugins(Settings(), places, environment=only("x")).items())


def test_importing_the_plugin_host_imports_no_plugin() -> None:
    code = "import sys, mosaicfs.plugin_host.host; print([m for m in sys.modules if m.startswith('mosaicfs_')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
