"""Where the words of a search stand in a name as its owner wrote it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from mosaicfs.documents.names.folding import fold, places
from mosaicfs.model.search import Search


def marked_words(search: Search) -> frozenset[str]:
    """What is marked: plain words that must be there, folded."""
    words = (word for word in search.words if word.kind == "substring" and not word.absent)
    return frozenset(fold(word.text) for word in words if word.text)


def ranges(words: Collection[str], name: str) -> tuple[tuple[int, int], ...]:
    """Code point ranges in order, joined where they meet."""
    folded = fold(name)
    found = sorted(each for word in words for each in _occurrences(folded, word))
    if not found:
        return ()
    at = places(name)
    return tuple(_joined((at[start], at[end]) for start, end in found))


def _occurrences(folded: str, word: str) -> Iterator[tuple[int, int]]:
    start = folded.find(word)
    while start >= 0:
        yield start, start + len(word)
        start = folded.find(word, start + len(word))


def _joined(found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last: tuple[int, int] | None = None
    for start, end in found:
        if last is not None and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last
