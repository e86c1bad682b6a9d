"""Which names of a segment fit a glob: runs of characters are looked for in all names at once, star by star.

The first run stands at the beginning, the last at the end, those between are taken as early as they come; so every
glob costs what its characters cost, whatever the names are. No character of a run fits a separator, so no run spans
two names.
"""

from __future__ import annotations

import numpy as np

from mosaicfs.documents.names.columns import Array
from mosaicfs.documents.names.globs import Alternative, AnyOne, Atom, Literal, Run, alternatives
from mosaicfs.documents.names.segment import Segment


def lines_that_fit(segment: Segment, glob: str) -> Array:
    codes, bounds = segment.characters()
    fits = np.zeros(len(segment), np.bool_)
    for alternative in alternatives(glob):
        fits[_fitting(codes, bounds, alternative)] = True
    return np.flatnonzero(fits)


def _fitting(codes: Array, bounds: Array, runs: Alternative) -> Array:
    first, last = runs[0], runs[-1]
    starts, ends = bounds[:-1].astype(np.int64) + 1, bounds[1:].astype(np.int64)
    shortest = sum(map(len, runs))
    lengths = ends - starts
    lines = np.flatnonzero(lengths == shortest if len(runs) == 1 else lengths >= shortest)
    lines = lines[_stand_at(codes, starts[lines], first)]
    if len(runs) == 1:
        return lines
    lines = lines[_stand_at(codes, ends[lines] - len(last), last)]
    at = starts[lines] + len(first)
    for run in filter(None, runs[1:-1]):
        found = _all_places(codes, run)
        following = np.searchsorted(found, at)
        there = following < len(found)
        lines, at = lines[there], found[following[there]] + len(run)
        inside = at <= ends[lines] - len(last)
        lines, at = lines[inside], at[inside]
    return lines


def _stand_at(codes: Array, places: Array, run: Run) -> Array:
    """Flags: whether the run stands at each of the places."""
    fits = np.ones(len(places), np.bool_)
    for offset, atom in enumerate(run):
        fits &= _fits(codes[places + offset], atom)
    return fits


def _all_places(codes: Array, run: Run) -> Array:
    most = max(len(codes) - len(run) + 1, 0)
    anchor = next((place for place, atom in enumerate(run) if isinstance(atom, Literal)), 0)
    places = np.flatnonzero(_fits(codes[anchor : anchor + most], run[anchor]))
    for offset, atom in enumerate(run):
        if offset != anchor:
            places = places[_fits(codes[places + offset], atom)]
    return places


def _fits(codes: Array, atom: Atom) -> Array:
    if isinstance(atom, Literal):
        return np.asarray(codes == ord(atom.char))
    if isinstance(atom, AnyOne):
        return np.asarray(codes != 0)
    kinds, which = np.unique(codes, return_inverse=True)
    fits = [code != 0 and atom.accepts(chr(code)) for code in kinds.tolist()]
    return np.array(fits, np.bool_)[which]
