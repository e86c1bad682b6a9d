"""Programs in the plugins folder: a file without a dot and with the execute bit, and its sidecar `<name>.json`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from mosaicfs import RefusedError, open_plugin_file
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.plugin_item import PluginKind
from mosaicfs_process.hooks import WITHOUT_INFO
from mosaicfs_process.info import nameless, read_info


@dataclass(frozen=True, slots=True)
class FoundExecutable:
    path: Path
    kind: PluginKind = "executable"

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def place(self) -> str:
        return str(self.path)

    def load(self) -> ModuleType:
        """Nothing of it runs: only what lies beside it is read."""
        module = ModuleType(self.name)
        module.PLUGIN = self.info()  # type: ignore[attr-defined]  # a module made by hand
        return module

    def info(self) -> PluginInfo:
        with open_plugin_file(self.path.parent, self.path.name) as file:
            if not os.fstat(file.fileno()).st_mode & 0o111:
                raise RefusedError(f"{self.path} may not be executed. Type: chmod +x {self.path}")
        sidecar = f"{self.path.name}.json"
        if not (self.path.parent / sidecar).exists():
            return replace(nameless(self.name), hooks=WITHOUT_INFO)
        with open_plugin_file(self.path.parent, sidecar) as file:
            return read_info(self.name, file.read())


def executables(folder: Path) -> Iterator[FoundExecutable]:
    """A folder that cannot be listed has none."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return
    for path in found:
        if "." not in path.name and not path.is_dir() and (path.is_symlink() or os.access(path, os.X_OK)):
            yield FoundExecutable(path)
