"""Inode numbers that are computed and not stored; they lie above those that are drawn (`model.inodes`)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Final

_FIRST_COMPUTED = 2**62
_LAST_ONES: Final = 1_024
"""A directory is listed soon after the one above it."""


def synthetic_inode(virtual_path: str) -> int:
    """Of a directory without a document, the same on every machine."""
    return _computed(f"dir:{virtual_path}")


def second_inode(doc_id: str) -> int:
    """Of the greater of two documents that carry one inode, until its writer has stored a new one."""
    return _computed(f"doc:{doc_id}")


@lru_cache(_LAST_ONES)
def _computed(text: str) -> int:
    digest = sha256(text.encode(errors="surrogatepass")).digest()
    return _FIRST_COMPUTED + (int.from_bytes(digest[:8], "big") >> 2)
