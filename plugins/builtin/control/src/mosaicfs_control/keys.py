"""Keys of this control plane that are files below `<state>/keys`: made once, read by their owner only.

What a key is for is said where it is used; a key that anybody else can read is refused, since it may be known already.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from mosaicfs.errors import AskOwnerError

_KEY_BYTES = 32


class KeyUnsafeError(AskOwnerError):
    def __init__(self, path: Path, trouble: str) -> None:
        super().__init__(f"The key {path} {trouble}. Remove it or set its mode to 0600, then start again.")


def own_key(path: Path) -> bytes:
    """The key, made at the first start. `KeyUnsafeError` when its mode or its length is wrong."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make_once(path)
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        key = file.read(_KEY_BYTES + 1)
    if mode & 0o077:
        raise KeyUnsafeError(path, f"has mode {mode:04o} and can be read by others")
    if len(key) != _KEY_BYTES:
        raise KeyUnsafeError(path, f"holds {len(key)} bytes instead of {_KEY_BYTES}")
    return key


def _make_once(path: Path) -> None:
    """Linked into place when it is whole, so two duties that start together agree on one key."""
    if path.exists():
        return
    draft = path.with_name(f".{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    try:
        draft.write_bytes(secrets.token_bytes(_KEY_BYTES))
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
