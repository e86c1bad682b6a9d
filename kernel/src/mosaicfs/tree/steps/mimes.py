"""The op `mime`: types such as `image/*`."""

from __future__ import annotations

import re
from functools import lru_cache

from mosaicfs.model.filing import FileRow
from mosaicfs.tree.steps.engine import fitting
from mosaicfs.tree.steps.op import Asked, Op
from mosaicfs.tree.steps.parameters import Parameters

LONGEST = 255
_form = re.compile(r"[^\s/;]+/[^\s/;]+").fullmatch


class Mime(Op):
    """Few types are met and many files, so each type is compared once."""

    def __init__(self, types: frozenset[str]) -> None:
        bare = {_bare(each) for each in types}
        plain = frozenset(each for each in bare if "*" not in each)
        wild = tuple(fitting(_expression(each)) for each in sorted(bare - plain))

        @lru_cache(maxsize=1024)
        def fits(mime_type: str) -> bool:
            text = _bare(mime_type)
            return text in plain or any(each(text) for each in wild)

        self._fits = fits

    def matches(self, row: FileRow, asked: Asked) -> bool:
        return row.mime_type is not None and self._fits(row.mime_type)


def read(parameters: Parameters) -> Mime:
    return Mime(parameters.texts("types", _is_type, "a type such as image/png or image/*"))


def _is_type(text: str) -> bool:
    return len(text) <= LONGEST and _form(_bare(text)) is not None


def _bare(text: str) -> str:
    return text.partition(";")[0].strip().lower()


def _expression(wild: str) -> str:
    return "[^/]*".join(map(re.escape, re.split(r"\*+", wild)))
