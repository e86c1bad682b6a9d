"""Results on stdout: tables for people, tab-separated lines for programs, JSON where it was asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TextIO

from mosaicfs_cli.painting import Paint, plain

UNKNOWN = 100
NARROWEST = 12
"""No column is cut below this, however small the terminal."""


def print_json(answer: Mapping[str, object]) -> None:
    """One object on one line, out at once: whoever reads a stream waits for it."""
    line = json.dumps(answer, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:  # a path that is not UTF-8
        line = json.dumps(answer)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def print_note(text: str) -> None:
    """Beside the results, so that a program that reads them does not meet it."""
    sys.stderr.write(printable(text) + "\n")


def print_paths(paths: Iterable[str]) -> None:
    """As they are, each ended by NUL, for `xargs -0`. Bytes that were no UTF-8 come out as they went in."""
    for path in paths:
        sys.stdout.buffer.write(path.encode(errors="surrogateescape") + b"\0")
    sys.stdout.buffer.flush()


def is_for_people() -> bool:
    return sys.stdout.isatty()


def print_table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    with_header: bool = True,
    indent: str = "",
    paint: Paint = plain,
) -> None:
    """Aligned on a terminal and no wider than it; tab-separated elsewhere, so that `cut` and `awk` find the columns."""
    first = [tuple(header)] if with_header else []
    table = chain(first, (tuple(printable(cell) for cell in row) for row in rows))
    if is_for_people():
        lines = aligned(fitted(list(table), columns() - len(indent)), indent)
    else:
        lines = ("\t".join(line) for line in table)
    for at, line in enumerate(lines):
        sys.stdout.write((paint(line, "bold") if with_header and not at else line) + "\n")


def print_aligned(lines: Sequence[Sequence[str]], indent: str = "") -> None:
    sys.stdout.writelines(f"{line}\n" for line in aligned(lines, indent))


def aligned(lines: Sequence[Sequence[str]], indent: str = "") -> Iterator[str]:
    """In columns as wide as what is longest in each; nothing for nothing."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield indent + "  ".join(cells).rstrip()


def fitted(lines: Sequence[Sequence[str]], width: int) -> list[tuple[str, ...]]:
    """The same within `width`: what is longest loses its middle first, as far as that helps."""
    if not lines:
        return []
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    room = width - 2 * (len(widths) - 1)
    while sum(widths) > room and max(widths) > NARROWEST:
        longest = widths.index(max(widths))
        others = max((each for at, each in enumerate(widths) if at != longest), default=0)
        excess = sum(widths) - room
        widths[longest] -= min(excess, max(1, widths[longest] - max(others, NARROWEST)))
    return [tuple(shortened(cell, most) for cell, most in zip(line, widths, strict=True)) for line in lines]


def shortened(text: str, most: int) -> str:
    """The middle becomes `…`: the beginning tells where, the end tells what."""
    if len(text) <= most:
        return text
    end = most // 2
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def columns(of: TextIO | None = None) -> int:
    try:
        found = os.get_terminal_size((of or sys.stdout).fileno()).columns
    except (OSError, ValueError):
        return UNKNOWN
    return found or UNKNOWN  # a terminal that nobody told its size


def printable(text: str) -> str:
    """Control characters in a name must not reach the terminal, nor may a tab or a newline break a line."""
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode() if ord(letter) >= 0x100 else f"\\x{ord(letter):02x}"
