"""Which blocks of a segment may hold a word: a bit for each hashed run of three bytes and each block.

It only ever says too much. A word that is rare touches a few blocks of some ten thousand bytes instead of millions.
"""

from __future__ import annotations

import numpy as np

from mosaicfs.documents.names.columns import Array

BLOCK = 512
"""Names in one block."""
MOST_BLOCKS = 128
SHORTEST = 3
_HASHES = 1 << 16
_WORTH_IT = 32
"""Above so many blocks one look over the whole segment is cheaper."""


class Trigrams:
    def __init__(self, text: bytes, bounds: Array) -> None:
        edges = bounds[::BLOCK] if (len(bounds) - 1) % BLOCK == 0 else np.append(bounds[::BLOCK], bounds[-1])
        blocks = np.repeat(np.arange(len(edges) - 1, dtype=np.uint8), np.diff(edges))
        table = np.zeros((_HASHES, MOST_BLOCKS), np.bool_)
        table[_hashes(np.frombuffer(text, np.uint8))[: len(blocks)], blocks[: len(text) - 2]] = True
        self._edges = edges
        self._bits = np.packbits(table, axis=1)

    def stretches(self, word: bytes) -> list[tuple[int, int]] | None:
        """Stretches of the text, from separator to separator; None where they would be most of it."""
        rows = self._bits[_hashes(np.frombuffer(word, np.uint8))]
        blocks = np.flatnonzero(np.unpackbits(np.bitwise_and.reduce(rows, axis=0))).tolist()
        if len(blocks) > _WORTH_IT:
            return None
        found: list[tuple[int, int]] = []
        for block in blocks:
            start, end = int(self._edges[block]), int(self._edges[block + 1]) + 1
            if found and found[-1][1] == start + 1:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found


def _hashes(data: Array) -> Array:
    wide = data.astype(np.uint32)
    return ((wide[:-2] << 16 | wide[1:-1] << 8 | wide[2:]) * np.uint32(2_654_435_761)) >> np.uint32(16)
