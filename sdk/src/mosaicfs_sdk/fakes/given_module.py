"""A plugin that is not installed: a module that a test has at hand, loaded through the same steps as any other."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.plugin_item import PluginKind


@dataclass(frozen=True, slots=True)
class GivenModule:
    module: ModuleType
    kind: PluginKind = "distribution"

    @property
    def name(self) -> str:
        """As the plugin calls itself, which is how it must be installed."""
        info = getattr(self.module, "PLUGIN", None)
        return info.name if isinstance(info, PluginInfo) else self.module.__name__.rpartition(".")[2]

    @property
    def place(self) -> str:
        return self.module.__name__

    def load(self) -> ModuleType:
        return self.module


def module_of(path: Path) -> ModuleType:
    """A plugin that is a single file, without the look at who may write it: a checkout is not a plugins folder."""
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
