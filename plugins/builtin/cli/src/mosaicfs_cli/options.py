"""Options: the global ones, those of a verb, and the call that both make.

An option that is a setting has the setting's name as its `dest` (`server.listen`) and reaches `mosaicfs.configure`
under it, so it needs no code of its own.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from mosaicfs_cli.program import VERBS

if TYPE_CHECKING:
    from mosaicfs import Configured

_YES = ("1", "true", "yes", "on")


class Call(NamedTuple):
    """One use of a verb. `given` has its options; `environment` is handed in so that tests can choose it."""

    verb: str
    given: Namespace
    environment: Mapping[str, str]

    @property
    def json(self) -> bool:
        return bool(self.given.json)

    @property
    def quiet(self) -> bool:
        return bool(self.given.quiet)

    def configured(self) -> Configured:
        """Settings and places as this call, the environment and the file have them."""
        from mosaicfs import configure  # noqa: PLC0415 - `version` and `help` have no settings

        options = {name: value for name, value in vars(self.given).items() if "." in name and value is not None}
        level = "error" if self.quiet else "debug" if self.given.verbose else None
        if level:
            options.setdefault("logging.level", level)
        return configure(options, self.environment, config=self.given.config or "")


class _Help(RawDescriptionHelpFormatter):
    """argparse would import shutil, and with it every archive format, to learn the width of the terminal."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=_columns())


class Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - only who errs pays for it

        raise UsageError(self.prog.removeprefix("mosaicfs "), message)


def read_call(verb: str, module: ModuleType, arguments: Sequence[str], environment: Mapping[str, str]) -> Call:
    return Call(verb, parser_for(verb, module, environment).parse_args(arguments), environment)


def parser_for(verb: str, module: ModuleType, environment: Mapping[str, str]) -> Parser:
    """`module` is the verb's file: its EXAMPLES, and `arguments(parser)` where it takes some."""
    parser = Parser(
        prog=f"mosaicfs {verb}",
        description=VERBS[verb],
        epilog="examples:\n" + "\n".join(f"  {line}" for line in module.EXAMPLES),
        formatter_class=_Help,
        allow_abbrev=False,
    )
    if hasattr(module, "arguments"):
        module.arguments(parser)
    _add_global_options(parser, environment)
    return parser


def add_listen(parser: Parser) -> None:
    parser.add_argument(
        "--listen",
        dest="server.listen",
        action="append",
        metavar="URL",
        help="where to listen, repeatable; http and loopback only (MOSAICFS_SERVER_LISTEN)",
    )


def _add_global_options(parser: Parser, environment: Mapping[str, str]) -> None:
    shared = parser.add_argument_group("options of every command")
    shared.add_argument("--config", metavar="FILE", help="configuration file (MOSAICFS_CONFIG)")
    shared.add_argument(
        "--json",
        action="store_true",
        default=is_on(environment, "MOSAICFS_JSON"),
        help="one JSON object, or one a line (MOSAICFS_JSON)",
    )
    shared.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        default=is_on(environment, "MOSAICFS_QUIET"),
        help="only errors on stderr (MOSAICFS_QUIET)",
    )
    shared.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        default=is_on(environment, "MOSAICFS_VERBOSE"),
        help="more on stderr (MOSAICFS_VERBOSE)",
    )
    shared.add_argument(
        "--log-level",
        dest="logging.level",
        choices=("debug", "info", "warning", "error"),
        help="for duties (MOSAICFS_LOGGING_LEVEL)",
    )
    shared.add_argument(
        "--log-format",
        dest="logging.format",
        choices=("auto", "text", "json"),
        help="for duties (MOSAICFS_LOGGING_FORMAT)",
    )


def _columns() -> int:
    try:
        return min(os.get_terminal_size().columns - 2, 110)
    except OSError:
        return 100


def is_on(environment: Mapping[str, str], variable: str) -> bool:
    return environment.get(variable, "").lower() in _YES
