"""What is installed that calls itself a plugin: entry points of distributions, and files of the plugins folder.

Finding runs none of it. What is done with a candidate, and what becomes of one that fails, is in `loading`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from stevedore import NamedExtensionManager

from mosaicfs.model.plugin_item import PluginKind
from mosaicfs.plugin_host.contract import RefusedError
from mosaicfs.plugin_host.plugin_file import import_file, read_safely

GROUP = "mosaicfs.plugins"


class Candidate(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> PluginKind: ...

    @property
    def place(self) -> str:
        """Where it comes from, for people."""

    def load(self) -> ModuleType:
        """Run its code for the first time. Raises whatever a stranger's code raises."""


def candidates(plugins_dir: Path) -> list[Candidate]:
    """Distributions first, so that a file cannot take the name of an installed plugin."""
    installed = (Installed(entry_point) for entry_point in _FreshList(GROUP, names=()).list_entry_points())
    return [*installed, *_files(plugins_dir)]


@dataclass(frozen=True, slots=True)
class Installed:
    entry_point: EntryPoint
    kind: PluginKind = "distribution"

    @property
    def name(self) -> str:
        return self.entry_point.name

    @property
    def place(self) -> str:
        return self.entry_point.value

    def load(self) -> ModuleType:
        found = self.entry_point.load()
        if not isinstance(found, ModuleType):
            raise RefusedError(f"its entry point must name a module, and {self.place} is a {type(found).__name__}")
        return found


@dataclass(frozen=True, slots=True)
class SingleFile:
    path: Path
    kind: PluginKind = "file"

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def place(self) -> str:
        return str(self.path)

    def load(self) -> ModuleType:
        return import_file(self.name, self.path, read_safely(self.path.parent, self.path.name))


def _files(folder: Path) -> Iterator[SingleFile]:
    """A folder that cannot be listed has no plugins: most people never make one."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return
    yield from (SingleFile(path) for path in found if path.suffix == ".py")


class _FreshList(NamedExtensionManager[Any]):
    """stevedore's view of a group, without its memory on disk.

    That memory lies in the home directory, which a service must not read, under a key that knows times to two minutes:
    an entry point that its author renames and installs again would keep the old name.
    """

    def list_entry_points(self) -> list[EntryPoint]:
        return sorted(entry_points(group=self.namespace), key=lambda each: (each.name, each.value))
