"""Inode numbers of files and directories: drawn once, stored, the same on every node.

They end below 2^53 so that every JSON peer keeps them exact. What becomes of two documents with one number, and the
computed numbers of entries without a document, is settled in the tree.
"""

from __future__ import annotations

import secrets

from mosaicfs.model.ids import Randomness

ROOT_INODE = 1
FIRST_DRAWN = 1000
LAST_INODE = 2**53 - 1


def new_inode(randomness: Randomness = secrets.randbits) -> int:
    """Never one of the first thousand: 0 is invalid, 1 the root, up to 999 well-known entries."""
    return new_inodes(1, randomness)[0]


def new_inodes(count: int, randomness: Randomness = secrets.randbits) -> range:
    """A run from a random one on. As seldom taken as single ones, and indexes of them grow in one place."""
    while not FIRST_DRAWN <= (drawn := randomness(53)) <= LAST_INODE + 1 - count:
        pass
    return range(drawn, drawn + count)
