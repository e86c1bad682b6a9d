"""Results on stdout: tables for people, tab-separated lines for programs, JSON where it was asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence


def print_json(answer: Mapping[str, object]) -> None:
    """One object on one line, out at once: whoever reads a stream waits for it."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Aligned on a terminal; tab-separated elsewhere, so that `cut` and `awk` find the columns."""
    lines = [tuple(header), *(tuple(printable(cell) for cell in row) for row in rows)]
    if sys.stdout.isatty():
        print_aligned(lines)
    else:
        sys.stdout.writelines("\t".join(line) + "\n" for line in lines)


def print_aligned(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def printable(text: str) -> str:
    """Control characters in a name must not reach the terminal, nor may a tab or a newline break a line."""
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode() if ord(letter) >= 0x100 else f"\\x{ord(letter):02x}"
