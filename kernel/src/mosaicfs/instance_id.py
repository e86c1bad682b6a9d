"""The id of the instance that this machine belongs to: a UUIDv7 in the state directory, made there at the first start.

Signatures and tokens name it, so it never changes. A machine that joins another instance is given that one's id, which
is then kept in the same file.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from mosaicfs.errors import ConfigError
from mosaicfs.model.ids import new_uuid
from mosaicfs.whole_file import write_once

_is_valid = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


def instance_id(state_dir: Path) -> str:
    path = state_dir / "instance_id"
    with suppress(FileNotFoundError):
        return _read(path)
    write_once(path, f"{new_uuid()}\n".encode())
    return _read(path)


def _read(path: Path) -> str:
    found = path.read_text(encoding="utf-8").strip()
    if not _is_valid(found):
        raise ConfigError(str(path), f"{found!r} is not an instance id. Put back the id that this instance had.")
    return found
