"""What `q` asks for, and how it meets the other parameters: everything must hold."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

import mosaicfs
from mosaicfs.errors import BadQueryError
from mosaicfs.model.search import Search
from mosaicfs_control.rest.refusals import invalid

_NOWHERE = ("",)
"""A choice that nothing is among: no node, type or extension is called so."""


def search_of_text(text: str, match: Literal["auto", "substring", "glob"], now: float) -> Search:
    """`ApiError` for a term that cannot be read; ages count from `now`, in seconds since 1970."""
    if not text.strip():
        return Search()
    try:
        return mosaicfs.read_query(text, match, clock=lambda: now)
    except BadQueryError as cause:
        raise invalid("q", str(cause).rstrip(".")) from None


def both(parameters: Search, words: Search) -> Search:
    """What both ask for. Of what only one of them says, that holds."""
    changes: dict[str, Any] = {
        "words": words.words,
        "size_min": _greater(parameters.size_min, words.size_min),
        "size_max": _smaller(parameters.size_max, words.size_max),
        "mtime_after": _greater(parameters.mtime_after, words.mtime_after),
        "mtime_before": _smaller(parameters.mtime_before, words.mtime_before),
        "nodes": _among_both(parameters.nodes, words.nodes),
        "types": _among_both(parameters.types, words.types),
        "extensions": _among_both(parameters.extensions, tuple(map(str.casefold, words.extensions))),
        "labels": tuple(dict.fromkeys((*parameters.labels, *words.labels))),
        "labels_not": tuple(dict.fromkeys((*parameters.labels_not, *words.labels_not))),
        "mimes": _one_of_them(parameters.mimes, words.mimes),
    }
    return msgspec.structs.replace(parameters, **changes)


def _greater(first: Any, second: Any) -> Any:
    return max((each for each in (first, second) if each is not None), default=None)


def _smaller(first: Any, second: Any) -> Any:
    return min((each for each in (first, second) if each is not None), default=None)


def _among_both(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    if not (first and second):
        return first or second
    return tuple(each for each in first if each in second) or _NOWHERE


def _one_of_them(parameters: tuple[str, ...], words: tuple[str, ...]) -> tuple[str, ...]:
    """Globs have no common part that could be written as globs."""
    if parameters and words and parameters != words:
        raise invalid("mime", "stands in q as well; give it once")
    return parameters or words
