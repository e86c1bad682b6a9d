"""What a search was understood as, in a sentence that a person can check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mosaicfs.model.search import Search, Word

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def interpretation(search: Search) -> str:
    """“Names that contain “report”, of type document, on node-laptop”; “All files” where nothing narrows."""
    return ", ".join([_words(search), *_filters(search)])


def _words(search: Search) -> str:
    if not search.words:
        return "All files" if search.status == "active" else "All files that were ever known"
    subject = "Names" if search.within == "name" else "Paths"
    return f"{subject} that {_listed([_word(word) for word in search.words])}"


def _word(word: Word) -> str:
    if word.kind == "glob":
        return f"{'do not fit' if word.absent else 'fit'} “{word.text}”"
    return f"{'do not contain' if word.absent else 'contain'} “{word.text}”"


def _filters(search: Search) -> Iterator[str]:
    if search.types:
        yield f"of type {_one_of(search.types)}"
    if search.mimes:
        yield f"of MIME type {_one_of(search.mimes)}"
    if search.extensions:
        yield f"ending in {_one_of(['.' + ending for ending in search.extensions])}"
    yield from _labels(search)
    if search.nodes:
        yield f"on {_one_of(search.nodes)}"
    if search.path_prefix is not None:
        yield f"below {search.path_prefix}"
    if search.parent is not None:
        yield f"directly in {search.parent}"
    yield from _bounds(search)


def _labels(search: Search) -> Iterator[str]:
    if search.labels:
        yield f"labelled {_listed(search.labels)}"
    if search.labels_any:
        yield f"labelled {_one_of(search.labels_any)}"
    if search.labels_not:
        yield f"not labelled {_one_of(search.labels_not)}"


def _bounds(search: Search) -> Iterator[str]:
    if search.size_min is not None:
        yield f"of {_amount(search.size_min)} or more"
    if search.size_max is not None:
        yield f"of {_amount(search.size_max)} or less"
    if search.mtime_after is not None:
        yield f"changed since {_moment(search.mtime_after)}"
    if search.mtime_before is not None:
        yield f"changed before {_moment(search.mtime_before)}"
    if search.accessed_after is not None:
        yield f"read since {_moment(search.accessed_after)}"
    if search.accessed_before is not None:
        yield f"last read before {_moment(search.accessed_before)}"
    if search.never_accessed:
        yield "never read"
    if search.status == "deleted":
        yield "deleted at their source"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _one_of(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"


def _amount(size: int) -> str:
    """Rounded only where the number is whole in the larger unit, so that nothing untrue is said."""
    unit = 0
    while size and size % 1024 == 0 and unit < len(_UNITS) - 1:
        size, unit = size // 1024, unit + 1
    return f"{size:,} {_UNITS[unit]}"


def _moment(text: str) -> str:
    return f"{text[:10]} {text[11:16]}"
