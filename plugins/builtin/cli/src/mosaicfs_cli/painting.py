"""Colours, for who looks at a terminal: which words stand out, and whether any do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from mosaicfs_cli.options import Call

Style: TypeAlias = Literal["bold", "good", "warning", "bad"]
Paint: TypeAlias = Callable[[str, Style], str]

CHOICES = ("auto", "always", "never")
_CODES: dict[Style, str] = {"bold": "1", "good": "32", "warning": "33", "bad": "31"}


def paint_for(call: Call) -> Paint:
    """What `--color` says, else `MOSAICFS_COLOR`; with `auto`, a terminal that is not told otherwise by `NO_COLOR`."""
    choice = call.given.color or call.environment.get("MOSAICFS_COLOR", "") or "auto"
    if choice not in CHOICES:
        from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - only who errs pays for it

        raise UsageError(call.verb, f"MOSAICFS_COLOR {choice[:60]!r} cannot be used: it must be {', '.join(CHOICES)}")
    if choice == "auto":
        is_wanted = not call.environment.get("NO_COLOR") and call.environment.get("TERM") != "dumb"
        return painted if is_wanted and sys.stdout.isatty() else plain
    return painted if choice == "always" else plain


def painted(text: str, style: Style) -> str:
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text else text


def plain(text: str, _style: Style) -> str:
    return text
