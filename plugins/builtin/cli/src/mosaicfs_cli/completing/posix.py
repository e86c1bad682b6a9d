"""What the scripts for bash and zsh have in common: the table as functions with a `case` each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mosaicfs_cli.completing.table import Offered, Table

Show = Callable[[str, str], str]
"""A word and its meaning, as the shell wants to have them."""


def tables(table: Table, show: Show) -> Iterator[str]:
    known = sorted({f"{before} {word}".strip() for before, words in table.follows.items() for word, _ in words})
    yield "_mosaicfs_is_command() {\n    case $1 in"
    yield f"        {'|'.join(map(_quoted, known))}) return 0 ;;\n    esac\n    return 1\n}}"
    follows = {before: f"follows=({_words(offered, show)})" for before, offered in table.follows.items()}
    yield from _case("_mosaicfs_follows", follows, "follows=()")
    every = _words(table.options[""], show)
    options = {verb: f"options=({_words(o, show)} {every})" for verb, o in table.options.items() if verb}
    yield from _case("_mosaicfs_options", options, f"options=({every})")
    words = {verb: f"kind={_quoted(kind)}" for verb, kind in table.words.items()}
    yield from _case("_mosaicfs_word", words, "kind=''")
    yield from _values(table)


def _values(table: Table) -> Iterator[str]:
    """Those of a command stand before those of all."""
    yield '_mosaicfs_value() {\n    case "$1 $2" in'
    for (verb, flag), kind in sorted(table.values.items(), reverse=True):
        pattern = _quoted(f"{verb} {flag}") if verb else f"*{_quoted(f' {flag}')}"
        yield f"        {pattern}) kind={_quoted(kind)} ;;"
    yield "        *) kind='' ;;\n    esac\n}"


def _case(name: str, cases: Mapping[str, str], otherwise: str) -> Iterator[str]:
    yield f"{name}() {{\n    case $1 in"
    for value, line in cases.items():
        yield f"        {_quoted(value)}) {line} ;;"
    yield f"        *) {otherwise} ;;\n    esac\n}}"


def _words(offered: Offered, show: Show) -> str:
    return " ".join(_quoted(show(word, meaning)) for word, meaning in offered)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
