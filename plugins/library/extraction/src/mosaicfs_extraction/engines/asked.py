"""What a person typed, read: words that must all occur, with phrases, alternatives, exclusions and fields.

`report "third quarter" -draft`, `invoice OR receipt`, `name:report`, `path:2026 type:pdf`. OR stands between two and
binds closer than the space. What cannot be read so is taken for plain words: a search box never answers with an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

Field = Literal["name", "path", "type"]

_piece = re.compile(r'(?P<minus>-)?(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))(?=\s|$)')
_word = re.compile(r"[^\W_]+")
_FIELDS: Final = get_args(Field)
OR: Final = "OR"


@dataclass(frozen=True, slots=True)
class Term:
    """`field` None means the text of a file and its name. Of several words in it, all stand side by side."""

    text: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One of the alternatives must occur, or none of them may."""

    alternatives: tuple[Term, ...]
    excluded: bool = False


class _UnreadableError(ValueError):
    pass


def read(text: str) -> tuple[Clause, ...]:
    try:
        return _clauses(text)
    except _UnreadableError:
        return tuple(Clause((Term(word),)) for word in _word.findall(text))


def _clauses(text: str) -> tuple[Clause, ...]:
    found: list[Clause] = []
    joins = False
    for piece in _pieces(text):
        if piece is None:
            if not found or joins or found[-1].excluded:
                raise _UnreadableError
            joins = True
        elif joins:
            if piece.excluded:
                raise _UnreadableError
            found[-1] = Clause((*found[-1].alternatives, *piece.alternatives))
            joins = False
        else:
            found.append(piece)
    if joins:
        raise _UnreadableError
    return tuple(found)


def _pieces(text: str) -> list[Clause | None]:
    """None stands for OR."""
    pieces: list[Clause | None] = []
    at = 0
    while rest := text[at:].lstrip():
        at = len(text) - len(rest)
        match = _piece.match(text, at)
        if match is None:
            raise _UnreadableError
        at = match.end()
        pieces.append(None if match.group() == OR else _clause(match))
    return pieces


def _clause(match: re.Match[str]) -> Clause:
    field, phrase, word = match["field"], match["phrase"], match["word"]
    said = word if phrase is None else phrase
    if not _word.search(said):
        raise _UnreadableError
    if field is not None and field not in _FIELDS:
        field, said = None, f"{field}:{said}"
    return Clause((Term(said, cast("Field | None", field)),), excluded=match["minus"] is not None)
