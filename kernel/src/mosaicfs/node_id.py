"""The id of this node: read from the state directory, made there at the first start.

A control plane gives another one when the node joins; it is then kept in the same file.
"""

from __future__ import annotations

import os
import re
import socket
from contextlib import suppress
from pathlib import Path

from mosaicfs.errors import ConfigError

_VALID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def node_id(state_dir: Path, name: str = "") -> str:
    """`name` is what the id is made of when there is none; empty means the host name."""
    path = state_dir / "node_id"
    with suppress(FileNotFoundError):
        return _read(path)
    write_once(path, made_of(name or socket.gethostname()))
    return _read(path)


def made_of(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"node-{slug or 'unnamed'}"[:63].rstrip("-")


def _read(path: Path) -> str:
    found = path.read_text(encoding="utf-8").strip()
    if not _VALID.fullmatch(found):
        raise ConfigError(str(path), f"{found!r} is not a node id. Put back the id that this node had.")
    return found


def write_once(path: Path, text: str) -> None:
    """Whole or not at all, and never over what another process wrote in the same moment."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.touch(0o600)
    with part.open("w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(part, path)
    part.unlink()
