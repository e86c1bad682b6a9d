"""Every command as its parser knows it: words, options and examples, as values that can be printed."""

from __future__ import annotations

from argparse import Action
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import NamedTuple

from mosaicfs_cli.options import Parser, parser_for
from mosaicfs_cli.program import VERBS, module_of

EVERY_COMMAND = "options of every command"
"""The group of options that are the same everywhere, and are printed once."""

_MANY = ("*", "+")


class Option(NamedTuple):
    """`value` is how the value is called, and empty where there is none."""

    flags: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    help: str

    @property
    def shown(self) -> str:
        return ", ".join(self.flags) + (f" {self.value}" if self.value else "")


class Word(NamedTuple):
    name: str
    choices: tuple[str, ...]
    help: str
    is_needed: bool
    is_many: bool

    @property
    def shown(self) -> str:
        text = self.name + ("…" if self.is_many else "")
        return text if self.is_needed else f"[{text}]"


class Command(NamedTuple):
    verb: str
    summary: str
    words: tuple[Word, ...]
    options: tuple[Option, ...]
    examples: tuple[str, ...]

    @property
    def usage(self) -> str:
        return " ".join(("mosaicfs", self.verb, *(word.shown for word in self.words), "[OPTIONS]"))


def commands() -> list[Command]:
    """In the order of their names."""
    return [_command(verb) for verb in sorted(VERBS)]


def global_options() -> tuple[Option, ...]:
    verb = next(iter(VERBS))
    return tuple(_options(parser_for(verb, import_module(module_of(verb)), {}), shared=True))


def _command(verb: str) -> Command:
    module = import_module(module_of(verb))
    parser = parser_for(verb, module, {})
    return Command(
        verb, VERBS[verb], tuple(_words(parser)), tuple(_options(parser, shared=False)), tuple(module.EXAMPLES)
    )


def _words(parser: Parser) -> Iterator[Word]:
    for action in _actions(parser):
        if not action.option_strings:
            yield Word(
                _name(action),
                _choices(action),
                action.help or "",
                action.nargs not in ("?", "*"),
                action.nargs in _MANY or isinstance(action.nargs, int),
            )


def _options(parser: Parser, *, shared: bool) -> Iterator[Option]:
    is_shared = {id(action) for group in _groups(parser, EVERY_COMMAND) for action in group}
    for action in _actions(parser):
        if action.option_strings and (id(action) in is_shared) is shared:
            value = "" if action.nargs == 0 else _name(action)
            yield Option(tuple(action.option_strings), value, _choices(action), action.help or "")


def _groups(parser: Parser, title: str) -> list[Sequence[Action]]:
    """argparse shows its groups to nobody; `-h` is the one option that belongs to every command and has none."""
    found = [group._group_actions for group in parser._action_groups if group.title == title]
    return [*found, [action for action in parser._actions if "--help" in action.option_strings]]


def _actions(parser: Parser) -> list[Action]:
    return list(parser._actions)


def _name(action: Action) -> str:
    if action.metavar:
        return action.metavar if isinstance(action.metavar, str) else " ".join(action.metavar)
    if action.choices:
        return "|".join(map(str, action.choices))
    return action.dest.rpartition(".")[2].upper().replace("_", "-")


def _choices(action: Action) -> tuple[str, ...]:
    return tuple(map(str, action.choices or ()))
