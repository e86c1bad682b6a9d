"""The reference of the command line in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mosaicfs_cli.manual.commands import Command, Option, commands, global_options

BEFORE = """\
# Command line

<!-- Printed by `python -m mosaicfs_cli.manual`; change the help of the command instead. -->

Every command of `mosaicfs`, as `mosaicfs help COMMAND` explains it too. Options may stand anywhere behind the first
word; `--` ends them. Each has a variable of the environment, `MOSAICFS_COMMAND_OPTION` (`MOSAICFS_SEARCH_LIMIT`);
settings have those of [configuration](../operating/configuration.md). An option beats its variable, a variable the
file.

What a command answers goes to stdout, everything else to stderr. With `--json` the answer is one object, or one object
a line. An exit code of 0 means done; the others are

| Code | Meaning |
|---|---|
| 1 | failed for another reason |
| 2 | wrong usage, an ambiguous name, wrong input |
| 3 | runs already, or an address is in use |
| 4 | not found |
| 5 | not allowed |
| 6 | conflict: it exists, or was changed meanwhile |
| 7 | partly done |
| 8 | bytes cannot be had now |
| 9 | timed out |
| 10 | nothing can be reached that could answer |
| 11 | the configuration or a key file is wrong |
| 12 | this machine lacks something |
| 13 | health is bad |
| 130, 141 | interrupted; the reader went away |
"""


def page() -> str:
    known = commands()
    parts = [BEFORE, *_section("Options of every command", _options(global_options()))]
    parts += ["\n## Commands\n\n", "| Command | What it does |\n|---|---|\n"]
    parts += [f"| [`{each.verb}`](#{_anchor(each.verb)}) | {_cell(each.summary)} |\n" for each in known]
    for command in known:
        parts += _section(command.verb, _body(command))
    return "".join(parts)


def _section(title: str, body: Iterator[str]) -> list[str]:
    return [f"\n## {title}\n", *body]


def _anchor(verb: str) -> str:
    return verb.replace(" ", "-")


def _body(command: Command) -> Iterator[str]:
    yield f"\n{command.summary}\n\n```\n{command.usage}\n```\n"
    if command.words:
        yield "\n| Word | Meaning |\n|---|---|\n"
        for word in command.words:
            yield f"| `{_code(word.name)}` | {_cell(_with_choices(word.help, word.choices, word.name))} |\n"
    yield from _options(command.options)
    yield "\nExamples:\n\n```\n" + "".join(f"{line}\n" for line in command.examples) + "```\n"


def _options(options: Sequence[Option]) -> Iterator[str]:
    if not options:
        return
    yield "\n| Option | Meaning |\n|---|---|\n"
    for option in options:
        yield f"| `{_code(option.shown)}` | {_cell(_with_choices(option.help, option.choices, option.value))} |\n"


def _with_choices(text: str, choices: Sequence[str], name: str) -> str:
    """Where the name of the value does not list them already."""
    return f"{text}; one of {', '.join(choices)}" if choices and name != "|".join(choices) else text


def _cell(text: str) -> str:
    return _code(text).replace("%%", "%").replace("<", "&lt;").replace("*", "\\*")


def _code(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
