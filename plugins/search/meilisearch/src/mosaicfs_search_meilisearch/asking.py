"""A question of a person as searches of the server, and its hits as ours. Pure.

The server takes words, phrases and exclusions as they are, knows no OR and searches all its attributes: alternatives
become several searches that it merges, `type:` becomes a filter, and a word with another field is a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

from msgspec import UNSET, Struct, UnsetType, field

from mosaicfs.model.json import JsonObject
from mosaicfs_extraction.engines.asked import Clause, Term, read

MOST_SEARCHES: Final = 8
"""Of one question; where alternatives make more, they are taken for plain words."""
CROP_WORDS: Final = 24
MARK: Final = "**"
_BEFORE, _AFTER = "\ue000", "\ue001"
"""Of nobody's text: two stars may well stand in one."""


class Search(Struct, frozen=True, rename="camel", omit_defaults=False):
    q: str
    filter: str | UnsetType = UNSET
    limit: int | UnsetType = UNSET
    index_uid: str | UnsetType = UNSET
    matching_strategy: str = "all"
    attributes_to_retrieve: tuple[str, ...] = ("file_id", "name", "path")
    attributes_to_highlight: tuple[str, ...] = ("body",)
    attributes_to_crop: tuple[str, ...] = ("body",)
    crop_length: int = CROP_WORDS
    crop_marker: str = "…"
    highlight_pre_tag: str = _BEFORE
    highlight_post_tag: str = _AFTER
    show_ranking_score: bool = True


class Shown(Struct, frozen=True):
    body: str = ""


class Hit(Struct, frozen=True):
    file_id: str
    name: str = ""
    path: str = ""
    shown: Shown = field(default=Shown(), name="_formatted")
    score: float = field(default=0.0, name="_rankingScore")


class Hits(Struct, frozen=True, rename="camel"):
    hits: list[Hit]
    estimated_total_hits: int = 0


def searches(text: str) -> list[Search]:
    """Whose hits together are the answer. None where nothing is asked for."""
    clauses = read(text.replace("\0", " "))
    if not any(clause.alternatives for clause in clauses):
        return []
    choices = [_choices(clause) for clause in clauses]
    count = 1
    for each in choices:
        count *= len(each)
    if count > MOST_SEARCHES:
        choices = [[(term, clause.excluded)] for clause in clauses for term in clause.alternatives]
    return [_search(chosen) for chosen in product(*choices)]


def results(found: Hits) -> tuple[JsonObject, ...]:
    """Best first; the score of the best is 1."""
    best = max((hit.score for hit in found.hits), default=0.0) or 1.0
    told: list[JsonObject] = []
    last = 1.0
    for hit in found.hits:
        last = min(last, max(0.0, hit.score / best))
        fragment = _fragment(hit.shown.body)
        fragments: JsonObject = {"fragments": [fragment]} if fragment else {}
        told.append({"file_id": hit.file_id, "score": round(last, 4), "name": hit.name, "path": hit.path, **fragments})
    return tuple(told)


def _choices(clause: Clause) -> list[tuple[Term, bool]]:
    return [(term, clause.excluded) for term in clause.alternatives]


def _search(chosen: Sequence[tuple[Term, bool]]) -> Search:
    words = [_word(term, excluded=excluded) for term, excluded in chosen if term.field != "type"]
    filters = [_filter(term, excluded=excluded) for term, excluded in chosen if term.field == "type"]
    return Search(" ".join(words), " AND ".join(filters) if filters else UNSET)


def _word(term: Term, *, excluded: bool) -> str:
    plain = term.text.replace('"', " ")
    said = f'"{plain}"' if len(plain.split()) > 1 else plain.lstrip("-")
    return f"-{said}" if excluded else said


def _filter(term: Term, *, excluded: bool) -> str:
    value = term.text.lower().replace("\\", "\\\\").replace('"', '\\"')
    return f'{"NOT " if excluded else ""}types = "{value}"'


def _fragment(body: str) -> str:
    """Empty where nothing is marked: the name alone was found."""
    if _BEFORE not in body:
        return ""
    return " ".join(body.replace(_BEFORE, MARK).replace(_AFTER, MARK).split())
