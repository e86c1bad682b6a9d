"""`mount.mosaicfs`: what mount(8) calls for a line of `fstab` of the type `mosaicfs`, as `mosaicfs mount` is typed.

It says `mount.mosaicfs SPEC DIR [-sfnv] [-o OPTIONS]`; the first word says nothing, for this machine has one tree.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from mosaicfs_cli.errors import UsageError

_WITH_VALUE = ("-o", "-N", "-t")
_AS_OURS = {"f": "--dry-run", "v": "--verbose"}
_NOTHING = frozenset("sn")


def main() -> int:
    from mosaicfs_cli import program  # noqa: PLC0415 - it reads what was typed

    typed = sys.argv[1:]
    try:
        sys.argv[1:] = as_ours(typed)
    except UsageError as error:
        from mosaicfs_cli.failures import tell  # noqa: PLC0415 - only who errs pays for it

        return tell(error, typed, {})
    return program.main()


def as_ours(typed: Sequence[str]) -> list[str]:
    """The command line of `mosaicfs mount`. `UsageError` for what mount(8) would never say."""
    words, ours = list[str](), list[str]()
    given = iter(typed)
    for word in given:
        if word in _WITH_VALUE:
            value = next(given, "")
            ours += ["-o", value] if word == "-o" and value else []
        elif word.startswith("-") and word not in ("-h", "--help"):
            ours += _flags(word)
        else:
            words.append(word)
    if len(words) != 2:
        raise UsageError("mount", f"mount.mosaicfs takes a word and a directory, not {' '.join(words) or 'nothing'}")
    return ["mount", words[1], *ours]


def _flags(word: str) -> list[str]:
    unknown = [letter for letter in word[1:] if letter not in _AS_OURS and letter not in _NOTHING]
    if unknown:
        raise UsageError("mount", f"mount.mosaicfs does not know {word}")
    return [_AS_OURS[letter] for letter in word[1:] if letter in _AS_OURS]
