"""What may follow what, whatever the shell: the words, options and values of every command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mosaicfs_cli.completing.names import KINDS
from mosaicfs_cli.manual.commands import Command, Option, commands, global_options

Offered = tuple[tuple[str, str], ...]
"""Words, each with what it means."""

ANY = "any"
"""A value that nobody can guess."""

_FILES = frozenset({"FILE", "PATH", "URL", "NODE:PATH", "NODE:PREFIX", "FILE|PATH"})
_OF_GROUP = {"jobs": "job", "credentials": "credential"}


class Table(NamedTuple):
    """`options` by command, "" for those of all; `values` by command and option, `words` by command.

    What a value is: `=` and words with spaces between them, `file`, a kind of `names`, or `any`.
    """

    follows: Mapping[str, Offered]
    options: Mapping[str, Offered]
    values: Mapping[tuple[str, str], str]
    words: Mapping[str, str]


def table() -> Table:
    known = commands()
    every = global_options()
    return Table(
        follows=_follows(known),
        options={"": _flags(every), **{each.verb: _flags(each.options) for each in known if each.options}},
        values={
            (verb, flag): _kind(verb, option.value, option.choices)
            for verb, options in (("", every), *((each.verb, each.options) for each in known))
            for option in options
            for flag in option.flags
            if option.value
        },
        words=_of_words(known),
    )


def _follows(known: list[Command]) -> dict[str, Offered]:
    """By the words before: those of the commands, and of the groups that they make."""
    found: dict[str, dict[str, str]] = {}
    for command in known:
        words = command.verb.split()
        for at, word in enumerate(words):
            is_whole = at + 1 == len(words)
            before = found.setdefault(" ".join(words[:at]), {})
            if is_whole or word not in before:
                before[word] = command.summary if is_whole else f"commands for {' '.join(words[: at + 1])}"
    return {verb: tuple(words.items()) for verb, words in found.items()}


def _of_words(known: list[Command]) -> dict[str, str]:
    found = {"help": "=" + " ".join(sorted({command.verb.split()[0] for command in known}))}
    for command in known:
        for word in command.words[:1]:
            kind = _kind(command.verb, word.name, word.choices)
            if kind != ANY and command.verb not in found:
                found[command.verb] = kind
    return found


def _flags(options: tuple[Option, ...]) -> Offered:
    return tuple((flag, option.help.replace("%%", "%")) for option in options for flag in option.flags)


def _kind(verb: str, name: str, choices: tuple[str, ...]) -> str:
    if choices:
        return f"={' '.join(choices)}"
    group = verb.partition(" ")[0]
    if name == "ID" and group in _OF_GROUP:
        return _OF_GROUP[group]
    if name.lower() in KINDS:
        return name.lower()
    return "file" if name in _FILES else ANY
