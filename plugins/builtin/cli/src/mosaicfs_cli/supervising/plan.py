"""What the supervisor runs, worked out of one call of `mosaicfs up`: the command line of each duty, and the places."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mosaicfs_cli.agent_socket import NAME as AGENT_SOCKET
from mosaicfs_cli.lifeline import VARIABLE
from mosaicfs_cli.mounted import make_mount_point
from mosaicfs_cli.reading import text
from mosaicfs_cli.supervising.child import Command
from mosaicfs_cli.supervising.log_file import LogFile

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs import Configured
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.options import Call
    from mosaicfs_cli.supervising.address import Address

# Without -P the folder that the command was typed in would be searched for modules.
PROGRAM = (sys.executable, "-P", "-m", "mosaicfs_cli")
API_SOCKET = "api.sock"
NO_PAGE = {"MOSAICFS_SERVER_WEB": "false"}


@dataclass(frozen=True, slots=True)
class Plan:
    """`address` is where the server listens; `watched` is what the agent is to watch.

    Whether the instance is new is known before the duties start.
    """

    call: Call
    configured: Configured
    address: Address
    watched: tuple[str, ...]
    is_new: bool
    once: bool = False
    mounts: bool = False
    page: bool = True

    @property
    def agent_socket(self) -> Path:
        return self.configured.places.runtime_dir / AGENT_SOCKET

    @property
    def api_socket(self) -> Path:
        return self.configured.places.runtime_dir / API_SOCKET

    def log(self, duty: str) -> LogFile:
        """What the duty prints to stderr. Where it keeps a log file itself, that has the plain name."""
        kept = self.configured.settings.logging
        path = self.configured.places.log_dir / (f"{duty}.stderr.log" if kept.file else f"{duty}.log")
        return LogFile(path, most_bytes=kept.max_mb * 1024 * 1024, keep=kept.keep)

    def server(self, last: JsonObject, life: int) -> Command:
        """It comes back at the address where it was, so that whoever knows it need not ask again."""
        first, *others = self.address.listen
        listen = [text(last, "url") or first, *others]
        options = [word for url in listen for word in ("--listen", url)]
        options += ["--no-default-tree"] if self.call.given.no_default_tree else []
        return self._command("server", options, life)

    def agent(self, _last: JsonObject, life: int) -> Command:
        options = [word for glob in self._option("agent.excluded_globs") or () for word in ("--exclude", glob)]
        if self.is_watching_by_variable:
            options += [word for path in self.watched for word in ("--watch", path)]
        return self._command("agent", options, life)

    def mount(self, _last: JsonObject, life: int) -> Command:
        return self._command("mount", [make_mount_point(self.configured), "--foreground"], life)

    @property
    def is_watching_by_variable(self) -> bool:
        """Then the file, where new paths are saved, would not be asked."""
        return self.configured.settings.given.get("agent.watch_paths", "").startswith("MOSAICFS_")

    def _command(self, duty: str, options: list[str], life: int) -> Command:
        return Command((*PROGRAM, duty, "--json", *options, *self._for_all()), self._environment(life), life)

    def _for_all(self) -> list[str]:
        given = self.call.given
        words = ["--config", given.config] if given.config else []
        words += ["--quiet"] if given.quiet else []
        words += ["--verbose"] if given.verbose else []
        for option in ("log-level", "log-format"):
            value = self._option(option.replace("log-", "logging."))
            words += [f"--{option}", value] if value else []
        return words

    def _option(self, name: str) -> Any:
        return getattr(self.call.given, name)

    def _environment(self, life: int) -> Mapping[str, str]:
        """The name is for whichever duty is the first to make the node's id."""
        name = self._option("agent.name")
        named = {"MOSAICFS_AGENT_NAME": name} if name else {}
        return {**self.call.environment, VARIABLE: str(life), **named, **({} if self.page else NO_PAGE)}
