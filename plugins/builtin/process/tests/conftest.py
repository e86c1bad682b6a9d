"""Programs written for one test, joined like those of a stranger: real processes, real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import pytest

from mosaicfs.model.configuration import PluginsSettings
from mosaicfs.model.entry import Entry
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from plugins.builtin.process.tests.scenery import Told, document


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[PluginGround]:
    """Without a sandbox, which not every machine has; limits hold all the same. A socket has room for a short path."""
    for name in ("plugins", "state"):
        (tmp_path / name).mkdir(mode=0o755)
    settings = PluginsSettings(sandbox="off")
    with TemporaryDirectory(prefix="m-") as runtime:
        yield PluginGround("laptop", tmp_path / "plugins", Path(runtime), tmp_path / "state", settings)


@pytest.fixture
def program(ground: PluginGround) -> Callable[[str, str], Path]:
    def write(name: str, source: str) -> Path:
        path = ground.plugins_dir / name
        path.write_text(dedent(source))
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def instance(told: Told) -> Callable[..., PluginInstance]:
    def make(name: str = "words", *, config: dict[str, object] | None = None, **more: object) -> PluginInstance:
        found = document(name, **more)
        return PluginInstance(name, found, config or {}, told, told, lambda: None)  # type: ignore[arg-type]  # JSON

    return make


@pytest.fixture
def entry() -> Entry:
    return Entry(
        file_id="file::0195c1de-0000-7000-8000-000000000001",
        node_id="laptop",
        export_path="/home/mark/report.pdf",
        name="report.pdf",
        size=7,
        mtime="2026-01-15T14:30:00.123456Z",
        mime_type="application/pdf",
    )
