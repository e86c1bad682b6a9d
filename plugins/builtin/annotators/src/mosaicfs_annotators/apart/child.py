"""The process that reads a stranger's file: little memory, little time, nothing to write to, no secrets.

The file is its stdin and is never named to it; the answer is one JSON object.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import BinaryIO

import msgspec

from mosaicfs_annotators.apart.formats import format_of, pdf_facts

MEMORY = 1 << 30
SECONDS = 50


def main() -> None:
    part, mime_type, max_chars = sys.argv[1:]
    confine()
    file = sys.stdin.buffer
    answer = pdf_facts(file) if part == "facts" else read_text(file, mime_type, int(max_chars))
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def confine() -> None:
    os.nice(10)
    limits = (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)
    for limit, most in (*limits, (resource.RLIMIT_CPU, SECONDS)):
        resource.setrlimit(limit, (most, most))


def read_text(file: BinaryIO, mime_type: str, max_chars: int) -> dict[str, str | bool]:
    """What comes before an error is kept: the last page may be broken."""
    kept: list[str] = []
    left, truncated = max_chars, False
    try:
        for piece in format_of(mime_type)(file, max_chars):
            kept.append(piece[: max(0, left)])
            left -= len(piece) + 1
            if truncated := left < 0:
                break
    except Exception:  # noqa: BLE001 - whatever is wrong with a document, it has no more text then
        truncated = bool(kept)
    body = "\n".join(filter(None, kept))[:max_chars]
    return {"body": body.encode("utf-8", "replace").decode(), "truncated": truncated}


if __name__ == "__main__":
    main()
