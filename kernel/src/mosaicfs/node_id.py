"""The id of this node: read from the state directory, made there at the first start.

A control plane gives another one when the node joins; it is then kept in the same file.
"""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from pathlib import Path

from mosaicfs.errors import ConfigError
from mosaicfs.whole_file import write_once

_VALID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def node_id(state_dir: Path, name: str = "") -> str:
    """`name` is what the id is made of when there is none; empty means the host name."""
    path = state_dir / "node_id"
    with suppress(FileNotFoundError):
        return _read(path)
    write_once(path, f"{made_of(name or socket.gethostname())}\n".encode())
    return _read(path)


def made_of(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"node-{slug or 'unnamed'}"[:63].rstrip("-")


def _read(path: Path) -> str:
    found = path.read_text(encoding="utf-8").strip()
    if not _VALID.fullmatch(found):
        raise ConfigError(str(path), f"{found!r} is not a node id. Put back the id that this node had.")
    return found
