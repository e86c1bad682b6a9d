"""Passphrases: from the terminal, unseen, or from `MOSAICFS_PASSPHRASE`; never an argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs_cli.errors import UsageError
from mosaicfs_cli.questions import ask_secret

if TYPE_CHECKING:
    from mosaicfs_cli.options import Call

VARIABLE = "MOSAICFS_PASSPHRASE"

_OTHERWISE = f"Give it in {VARIABLE}."


def known_passphrase(call: Call) -> str:
    """Of something that is locked already."""
    return call.environment.get(VARIABLE) or _given(call, "Passphrase")


def new_passphrase(call: Call) -> str:
    """For something that is to be locked; a person types it twice, because nobody can read it back."""
    if given := call.environment.get(VARIABLE):
        return given
    first = _given(call, "New passphrase")
    if first != _given(call, "The same once more"):
        raise UsageError(call.verb, "the two differ; nothing was written")
    return first


def _given(call: Call, prompt: str) -> str:
    if not (typed := ask_secret(call, prompt, otherwise=_OTHERWISE)):
        raise UsageError(call.verb, "an empty passphrase locks nothing")
    return typed
