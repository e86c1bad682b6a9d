"""What only a person at a terminal can say: a secret, a code, yes or no. Never an argument, never echoed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mosaicfs_cli.errors import NoAnswerError
from mosaicfs_cli.output import printable

if TYPE_CHECKING:
    from mosaicfs_cli.options import Call


def ask_line(call: Call, prompt: str, *, otherwise: str) -> str:
    """`otherwise` is the sentence that says how to give it without a terminal."""
    _refuse_without_terminal(call, prompt, otherwise)
    sys.stderr.write(f"{prompt}: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def ask_secret(call: Call, prompt: str, *, otherwise: str) -> str:
    _refuse_without_terminal(call, prompt, otherwise)
    from getpass import getpass  # noqa: PLC0415 - only a person pays for it

    return getpass(f"{prompt}: ").strip()


def confirm(call: Call, question: str) -> bool:
    """Whether it may be done. `--yes` is an answer; where nobody can be asked, the question is an error."""
    if call.given.yes:
        return True
    _refuse_without_terminal(call, "an answer", f"{question.rstrip('?')}: say so with --yes.")
    sys.stderr.write(f"{printable(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _refuse_without_terminal(call: Call, what: str, otherwise: str) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NoAnswerError(call.verb, what, otherwise)
