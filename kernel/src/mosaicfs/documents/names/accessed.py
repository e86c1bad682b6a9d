"""Which files fit what a search asks of when they were last read.

Few searches do, and reads are written down all the time: so nothing of it is kept in the index. Who searches brings the
numbers of the files that fit, found where the accesses are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from mosaicfs.documents.names.columns import Array
from mosaicfs.model.search import Search
from mosaicfs.model.times import ordered

_FIRST: Final = ""
_LAST: Final = "~"


class Fitting(NamedTuple):
    """Files by their numbers; with `others` all but these."""

    numbers: Array
    others: bool = False

    def among(self, numbers: Array) -> Array:
        """A flag for each."""
        return np.isin(numbers, self.numbers, invert=self.others)


def asks_accesses(search: Search) -> bool:
    return search.never_accessed or search.accessed_after is not None or search.accessed_before is not None


def bounds(search: Search) -> tuple[str, str]:
    """Of last accesses in the form of `ordered`: the first that fits, and the first behind; none between for none."""
    if search.never_accessed and (search.accessed_after is not None or search.accessed_before is not None):
        return _LAST, _FIRST
    first = _FIRST if search.accessed_after is None else ordered(search.accessed_after)
    return first, _LAST if search.accessed_before is None else ordered(search.accessed_before)


def fitting(search: Search, numbers: Iterable[int]) -> Fitting:
    """`numbers` are of the files whose last access lies within `bounds`."""
    never = search.never_accessed and search.accessed_after is None and search.accessed_before is None
    return Fitting(np.fromiter(numbers, np.int64), others=never)
