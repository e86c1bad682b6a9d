"""Directories of the tree as a person types them, and where the API has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.client import segment
from mosaicfs_cli.errors import UsageError

if TYPE_CHECKING:
    from mosaicfs_cli.options import Call

DIRECTORIES = "/api/vfs/directories"


def directory_of(call: Call, typed: str) -> str:
    """Absolute, without a slash at its end."""
    if not typed.startswith("/"):
        raise UsageError(call.verb, f"{typed!r} is no directory of the tree; it begins with /, such as /documents")
    return typed.rstrip("/") or "/"


def url_of(path: str) -> str:
    return f"{DIRECTORIES}/{'/'.join(segment(name) for name in path.split('/') if name)}"


def parent_of(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def below(path: str, name: str) -> str:
    return f"{path.rstrip('/')}/{name}"
