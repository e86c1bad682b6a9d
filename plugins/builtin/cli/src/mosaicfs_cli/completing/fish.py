"""Completion for fish, 3 or later, with what each word means."""

from __future__ import annotations

from collections.abc import Iterator

from mosaicfs_cli.completing.table import Offered, Table

_WALK = r"""
function __mosaicfs_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l verb ''
    set -l value ''
    set -l ended ''
    for word in $typed[2..-1]
        if test -n "$value"
            set value ''
            continue
        end
        switch $word
            case --
                set ended 1
                break
            case '-*'
                set value (__mosaicfs_value "$verb" $word)
            case '*'
                set -l longer (string trim -- "$verb $word")
                contains -- $longer $__mosaicfs_commands; and set verb $longer
        end
    end
    set -l kind $value
    if test -z "$value"
        if string match -q -- '-*' $current; and test -z "$ended"
            __mosaicfs_options "$verb"
            return
        end
        __mosaicfs_follows "$verb"
        set kind (__mosaicfs_word "$verb")
    end
    switch "$kind"
        case '=*'
            string split ' ' -- (string sub -s 2 -- $kind)
        case file
            __fish_complete_path $current
        case any ''
        case '*'
            command $typed[1] completion --names $kind 2>/dev/null
    end
end

complete -c mosaicfs -f -a '(__mosaicfs_complete)'
"""


def script(table: Table) -> str:
    return (
        "\n".join(["# Completion of mosaicfs for fish. Printed by: mosaicfs completion fish", *_tables(table)]) + _WALK
    )


def _tables(table: Table) -> Iterator[str]:
    known = sorted({f"{before} {word}".strip() for before, words in table.follows.items() for word, _ in words})
    yield f"set -g __mosaicfs_commands {' '.join(map(_quoted, known))}"
    yield from _switch("__mosaicfs_follows", {before: _lines(words) for before, words in table.follows.items()})
    every = _lines(table.options[""])
    cases = {verb: f"{_lines(offered)}\n            {every}" for verb, offered in table.options.items() if verb}
    yield from _switch("__mosaicfs_options", cases, every)
    yield from _switch("__mosaicfs_word", {verb: f"echo {_quoted(kind)}" for verb, kind in table.words.items()})
    yield 'function __mosaicfs_value\n    switch "$argv[1] $argv[2]"'
    for (verb, flag), kind in sorted(table.values.items(), reverse=True):
        pattern = _quoted(f"{verb} {flag}" if verb else f"* {flag}")
        yield f"        case {pattern}\n            echo {_quoted(kind)}"
    yield "    end\nend"


def _switch(name: str, cases: dict[str, str], otherwise: str = "") -> Iterator[str]:
    yield f"function {name}\n    switch $argv[1]"
    for value, line in cases.items():
        yield f"        case {_quoted(value)}\n            {line}"
    if otherwise:
        yield f"        case '*'\n            {otherwise}"
    yield "    end\nend"


def _lines(offered: Offered) -> str:
    """A tab stands between a word and its meaning."""
    return rf"printf '%s\t%s\n' {' '.join(f'{_quoted(word)} {_quoted(meaning)}' for word, meaning in offered)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
