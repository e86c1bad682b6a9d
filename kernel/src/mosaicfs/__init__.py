"""The door of the kernel: what a plugin may import besides `model`, `errors`, `wire` and `hookspecs`.

Nothing deep is imported until it is asked for, so that `mosaicfs version` stays as quick as it looks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mosaicfs.model.store import Store as Store

_ROOMS = {
    "Store": "mosaicfs.model.store",
}


def __getattr__(name: str) -> object:
    try:
        room = _ROOMS[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(room), name)
