"""Folders as ranges of text: what is inside one lies together, but not beside it. `/p/a-b` comes before `/p/a/x`."""

from __future__ import annotations

from typing import Final

from mosaicfs.model.names import are_showable

NEXT: Final = "\0"
"""What makes of a text the one that follows it."""


def stem(folder: str) -> str:
    """What the paths of everything inside begin with."""
    return folder if folder == "/" else f"{folder}/"


def exactly(folder: str) -> tuple[str, str]:
    return folder, folder + NEXT


def inside(folder: str) -> tuple[str, str]:
    """From the first path on that can be inside to the first that cannot."""
    return (f"/{NEXT}", "0") if folder == "/" else (f"{folder}/", f"{folder}0")


def all_showable(rest: str) -> bool:
    """Of a path below something: `rest` is empty or begins with `/`."""
    return are_showable(rest.split("/")[1:])
