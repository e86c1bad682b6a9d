"""Directories of the tree as they are now: whether one is there, and how many lie below it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mosaicfs.errors import RefusedError
from mosaicfs_cli.client import PAGE
from mosaicfs_cli.reading import items, text
from mosaicfs_cli.virtual_path import below, url_of

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.client import Api


def refuse_taken(api: Api, path: str) -> None:
    """As the API would: `conflict` where a directory document is."""
    try:
        api.get(url_of(path))
    except RefusedError as error:
        if error.code == "not_found":
            return
        raise
    raise RefusedError("conflict", f"“{path}” is a directory already. Choose another name, or change that one.")


def directories_below(api: Api, path: str) -> list[str]:
    """Those with a document of their own, parents first."""
    found = []
    for entry in _directories_in(api, path):
        if text(entry, "origin") == "document":
            inner = below(path, text(entry, "name"))
            found += [inner, *directories_below(api, inner)]
    return found


def _directories_in(api: Api, path: str) -> Iterator[JsonObject]:
    """They come before the files, so that those need not be asked for."""
    for page in api.pages("/api/vfs", [("path", path), ("limit", str(PAGE))]):
        for entry in items(page):
            if text(entry, "kind") != "directory":
                return
            yield entry


@contextmanager
def with_options(parameter: str, option: str) -> Iterator[None]:
    """What the API advises to its callers, as advice to who types."""
    try:
        yield
    except RefusedError as error:
        raise RefusedError(error.code, str(error).replace(parameter, option), error.detail) from None


def counted(directories: int) -> str:
    return "1 directory" if directories == 1 else f"{directories:,} directories"
