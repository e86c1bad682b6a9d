"""Paths in the tree, as callers write them."""

from __future__ import annotations

from mosaicfs.model.names import is_path
from mosaicfs_control.rest.refusals import invalid


def virtual_path(text: str) -> str:
    """Without a `/` at its end; `ApiError` for what can be no path."""
    path = text[:-1] if text.endswith("/") and len(text) > len("//") else text
    if not is_path(path):
        raise invalid("path", "must be absolute, without empty, . or .. parts")
    return path
