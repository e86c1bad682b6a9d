"""The line that is shown with a hit: a piece of the text with what was searched in `**`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST_CHARS = 160
MARK = "**"


def marked(fragment: str, ranges: Iterable[tuple[int, int]]) -> str:
    """`ranges` are of the engine: of the bytes of UTF-8, in order. White space becomes a single space."""
    raw, pieces, at = fragment.encode(), [], 0
    for start, end in ranges:
        if start < at:
            continue
        pieces += [raw[at:start], MARK.encode(), raw[start:end], MARK.encode()]
        at = end
    return " ".join(b"".join([*pieces, raw[at:]]).decode("utf-8", "replace").split())


def around(text: str, wanted: Sequence[str]) -> str | None:
    """The first of the wanted that occurs, with what stands around it; None where none does."""
    for each in wanted:
        at = text.find(each)
        if at >= 0:
            shown = each[:MOST_CHARS]
            room = (MOST_CHARS - len(shown)) // 2
            before, after = text[max(0, at - room) : at], text[at + len(shown) : at + len(shown) + room]
            return " ".join(f"{before}{MARK}{shown}{MARK}{after}".split())
    return None
