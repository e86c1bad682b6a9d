"""Whether a plugin still has what it made of the events that it has seen.

What it keeps, it keeps in its state folder. A file of ours lies there too: where that is gone, the plugin has lost its
state, or has thrown it away as unreadable, and has to hear of everything again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mosaicfs.model.names import is_plugin_name

NAME = "delivered"


@dataclass(frozen=True, slots=True)
class Remembering:
    """`folder` holds the state folders of all plugins, by their whole names. All of this is quick."""

    folder: Path

    def is_lost(self, plugin_name: str) -> bool:
        return is_plugin_name(plugin_name) and not (self.folder / plugin_name / NAME).exists()

    def begin(self, plugin_name: str) -> None:
        """It will be told everything from now on."""
        if is_plugin_name(plugin_name):
            place = self.folder / plugin_name
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            (place / NAME).write_bytes(b"")
