"""Plugins written for one test: real files in a folder, loaded like those of a stranger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from mosaicfs.model.entry import Entry
from mosaicfs.model.json import JsonObject
from mosaicfs.plugin_host.discovery import SingleFile
from mosaicfs.plugin_host.host import PluginHost, host_of
from mosaicfs.plugin_host.loading import Wanted

HEAD = """\
from mosaicfs.errors import *
from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.plugin_info import PluginInfo, ServedBackend
import trio
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plugins folder as it should be, whatever the umask of the machine."""
    found = tmp_path / "plugins"
    found.mkdir(mode=0o755)
    return found


@pytest.fixture
def write(folder: Path) -> Callable[[str, str], Path]:
    def write_plugin(name: str, source: str) -> Path:
        path = folder / f"{name}.py"
        path.write_text(HEAD + dedent(source))
        path.chmod(0o644)
        return path

    return write_plugin


@pytest.fixture
def host(folder: Path, write: Callable[[str, str], Path]) -> Callable[..., PluginHost]:
    """Make a host of plugins given as source by name."""

    def make(
        plugins: Mapping[str, str], *, options: Mapping[str, JsonObject] | None = None, **more: object
    ) -> PluginHost:
        for name, source in plugins.items():
            write(name, source)
        wanted = more.pop("wanted", Wanted())
        found = [SingleFile(path) for path in sorted(folder.glob("*.py"))]
        return host_of(found, wanted, options or {}, **more)  # type: ignore[arg-type]  # as the test names them

    return make


@pytest.fixture
def entry() -> Entry:
    return Entry(
        file_id="file::0195c1de-0000-7000-8000-000000000001",
        node_id="node-laptop",
        export_path="/home/mark/a.txt",
        name="a.txt",
        size=10,
        mtime="2026-01-15T14:30:00.123456Z",
    )
