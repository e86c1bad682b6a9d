"""What a person may set on a machine, by section of `mosaicfs.toml`, each key with the help that the docs page prints.

A key stands here when something uses it. Where a value comes from (option, environment, file) and what is refused is in
`config`; the options of a plugin are its own and pass through unread. What holds for the whole instance is a document,
in `settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from mosaicfs.model.json import JsonObject

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["auto", "text", "json"]

PLUGIN_SECTION = "plugin"


def _says(text: str, *, empty: str = "") -> dict[str, str]:
    """The help of a key; `empty` tells what an empty default means."""
    return {"help": text, "empty": empty}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    listen: tuple[str, ...] = field(
        default=("http://127.0.0.1:8440",),
        metadata=_says(
            "Addresses that the control plane listens on, each `http://<loopback address>:<port>`. "
            "An address that other machines can reach is refused, because there is no login yet."
        ),
    )


@dataclass(frozen=True, slots=True)
class StoreSettings:
    driver: str = field(
        default="sqlite",
        metadata=_says(
            "What keeps the documents: `sqlite`, a file of this machine, or `couchdb`, a CouchDB server "
            "(for a control plane)."
        ),
    )
    url: str = field(
        default="",
        metadata=_says("Address of the CouchDB server, such as `http://127.0.0.1:5984`.", empty="none"),
    )
    user: str = field(default="", metadata=_says("Name that the CouchDB server knows us by.", empty="none"))
    secret: str = field(
        default="",
        repr=False,
        metadata={**_says("Password of that name.", empty="none"), "secret": "never in the file"},
    )
    secret_file: str = field(
        default="", metadata=_says("A file of ours with mode 0600 that holds the password.", empty="none")
    )


@dataclass(frozen=True, slots=True)
class AgentSettings:
    control_plane_url: str = field(
        default="",
        metadata=_says("Address of the control plane that this node replicates with.", empty="stand-alone"),
    )
    name: str = field(
        default="", metadata=_says("Name of this node; its id is made of it at the first start.", empty="the host name")
    )


@dataclass(frozen=True, slots=True)
class PluginsSettings:
    directory: str = field(
        default="",
        metadata=_says("Folder of single-file plugins beside the installed ones.", empty="see `mosaicfs paths`"),
    )
    disabled: tuple[str, ...] = field(
        default=(), metadata=_says("Names of plugins that are not to be loaded.", empty="none")
    )


@dataclass(frozen=True, slots=True)
class LoggingSettings:
    level: LogLevel = field(default="info", metadata=_says("The least that is worth a line."))
    format: LogFormat = field(default="auto", metadata=_says("`auto` means `text` on a terminal and `json` elsewhere."))


@dataclass(frozen=True, slots=True)
class Settings:
    """`given` tells where each key that is not a default was set: `FILE:LINE`, a variable or an option."""

    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    agent: AgentSettings = AgentSettings()
    plugins: PluginsSettings = PluginsSettings()
    logging: LoggingSettings = LoggingSettings()
    plugin_options: Mapping[str, JsonObject] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    def place(self, key: str) -> str:
        """Where `section.key` was set, for an error that names it."""
        return self.given.get(key, f"{key} (default)")


SECTIONS: Mapping[str, type] = MappingProxyType(
    {
        "server": ServerSettings,
        "store": StoreSettings,
        "agent": AgentSettings,
        "plugins": PluginsSettings,
        "logging": LoggingSettings,
    }
)
