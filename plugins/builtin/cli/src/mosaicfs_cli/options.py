"""Options: the global ones, those of a verb, and the call that both make.

An option that is a setting has the setting's name as its `dest` (`server.listen`) and reaches `mosaicfs.configure`
under it, so it needs no code of its own.
"""

from __future__ import annotations

import os
from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from mosaicfs_cli.program import VERBS, in_group

if TYPE_CHECKING:
    from mosaicfs import Configured

_YES = ("1", "true", "yes", "on")
_OF_MANY = {
    "--timeout": "MOSAICFS_TIMEOUT",
    "--bytes": "MOSAICFS_BYTES",
    "--utc": "MOSAICFS_UTC",
    "--dry-run": "MOSAICFS_DRY_RUN",
    "--yes": "MOSAICFS_YES",
    "--local": "MOSAICFS_LOCAL",
    "--server": "MOSAICFS_SERVER_URL",
}
"""Options of more than one verb, which have a variable for all of them too."""


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
    def options(self) -> list[Action]:
        return [action for action in self._actions if action.option_strings]

    def error(self, message: str) -> NoReturn:
        from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - only who errs pays for it

        raise UsageError(self.prog.removeprefix("mosaicfs "), message.replace(_NO_OPTION, ""))


def read_call(verb: str, module: ModuleType, arguments: Sequence[str], environment: Mapping[str, str]) -> Call:
    given = parser_for(verb, module, environment).parse_intermixed_args(_kept_apart(_joined(arguments)))
    return Call(verb, Namespace(**{name: _as_typed(value) for name, value in vars(given).items()}), environment)


_NO_OPTION = "\0"
"""No argument can hold it."""


def _kept_apart(arguments: list[str]) -> list[str]:
    """What stands behind `--` is no option. argparse forgets that where options and words may be mixed."""
    if "--" not in arguments:
        return arguments
    at = arguments.index("--")
    return [*arguments[:at], *(_NO_OPTION + word if word.startswith("-") else word for word in arguments[at + 1 :])]


def _as_typed(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_typed(each) for each in value]
    return value.removeprefix(_NO_OPTION) if isinstance(value, str) else value


def _joined(arguments: Sequence[str]) -> list[str]:
    """`--sort -size` as `--sort=-size`: argparse would take the value for an option."""
    joined: list[str] = []
    for at, word in enumerate(arguments):
        if word == "--":
            return [*joined, *arguments[at:]]
        if joined and joined[-1] == "--sort":
            joined[-1] = f"--sort={word}"
        else:
            joined.append(word)
    return joined


def parser_for(verb: str, module: ModuleType, environment: Mapping[str, str]) -> Parser:
    """`module` is the verb's file: its EXAMPLES, and `arguments(parser)` where it takes some."""
    parser = Parser(
        prog=f"mosaicfs {verb}",
        description=VERBS[verb],
        epilog="\n".join(("examples:", *(f"  {line}" for line in module.EXAMPLES), *_further(verb))),
        formatter_class=_Help,
        allow_abbrev=False,
    )
    if hasattr(module, "arguments"):
        module.arguments(parser)
        _take_variables(parser, verb, environment)
    _add_global_options(parser, environment)
    return parser


def _take_variables(parser: Parser, verb: str, environment: Mapping[str, str]) -> None:
    """`MOSAICFS_SEARCH_LIMIT` is `--limit` of `search`. Options that are settings have variables of their own."""
    for action in parser.options():
        if "." in action.dest or action.dest == "help":
            continue
        variable, given = _variable(action.option_strings[-1], verb, environment)
        if not given:
            continue
        if action.choices and given not in action.choices:
            parser.error(f"{variable}: invalid choice: {given!r} (choose from {', '.join(action.choices)})")
        if action.nargs == 0:
            action.default = given.lower() in _YES
        elif action.__class__.__name__ == "_AppendAction":  # argparse has no public name for it
            action.default = [part for piece in given.split(",") if (part := piece.strip())]
        else:
            action.default = given  # argparse reads it as if it had been typed


def _variable(option: str, verb: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """Its name and its value, which is empty where there is none. That of the verb beats that of all."""
    name = option.strip("-").replace("-", "_").upper()
    variables = [f"MOSAICFS_{verb.replace(' ', '_')}_{name}".upper()]
    variables += [_OF_MANY[option]] if option in _OF_MANY else []
    return next(((each, given) for each in variables if (given := environment.get(each, ""))), (variables[0], ""))


def _further(verb: str) -> list[str]:
    """`agent` is a verb and a group of verbs."""
    verbs = in_group(verb)
    return ["", "further commands:", *(f"  mosaicfs {each}" for each in verbs)] if verbs else []


def add_server(parser: Parser, *, has_local: bool = True) -> None:
    """Options of the commands that ask a control plane; where `--local` means something else, there is none."""
    asked = parser.add_argument_group("where to ask")
    asked.add_argument(
        "--server",
        metavar="URL",
        help="https://host:8443, with #FINGERPRINT if need be, or unix:PATH (MOSAICFS_SERVER_URL)",
    )
    if not has_local:
        parser.set_defaults(local=False)
        return
    asked.add_argument("--local", action="store_true", help="never use the network (MOSAICFS_LOCAL)")


def add_asking(
    parser: Parser,
    *,
    of_agent: bool = False,
    has_local: bool = True,
    timeout_s: float = 30.0,
    timeout_help: str = "for an answer to begin (30; MOSAICFS_TIMEOUT)",
) -> None:
    """Options of the commands that ask a duty and show its answer; the agent of this machine is always near."""
    if not of_agent:
        add_server(parser, has_local=has_local)
    shown = parser.add_argument_group("options of commands that ask")
    shown.add_argument(
        "--timeout",
        type=_seconds,
        default=timeout_s,
        metavar="SECONDS",
        help=timeout_help,
    )
    shown.add_argument("--bytes", action="store_true", help="exact sizes (MOSAICFS_BYTES)")
    shown.add_argument("--utc", action="store_true", help="absolute times in UTC (MOSAICFS_UTC)")
    shown.add_argument("--no-header", action="store_true", help="tables without their first line")


def add_changing(parser: Parser, *, asks: bool = False) -> None:
    """Options of the commands that change something; `asks` where a person at a terminal is asked first."""
    changing = parser.add_argument_group("options of commands that change something")
    changing.add_argument(
        "-n", "--dry-run", action="store_true", help="say what would happen, change nothing (MOSAICFS_DRY_RUN)"
    )
    if asks:
        changing.add_argument("-y", "--yes", action="store_true", help="no questions (MOSAICFS_YES)")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ArgumentTypeError(f"{text!r} is not a number of seconds; it must be above 0")
    return value


def add_listen(parser: Parser) -> None:
    parser.add_argument(
        "--listen",
        dest="server.listen",
        action="append",
        metavar="URL",
        help="where to listen, repeatable; https beyond this machine (MOSAICFS_SERVER_LISTEN)",
    )


def add_no_default_tree(parser: Parser) -> None:
    parser.add_argument(
        "--no-default-tree", action="store_true", help="a new instance begins without directories such as /documents"
    )


def add_mount_point(parser: Parser) -> None:
    parser.add_argument(
        "--mount-point",
        dest="mount.path",
        metavar="DIR",
        help="where the tree is mounted (MosaicFS in the home; MOSAICFS_MOUNT_PATH)",
    )


def add_name(parser: Parser) -> None:
    parser.add_argument("--name", dest="agent.name", help="name of this node at its first start (MOSAICFS_AGENT_NAME)")


def add_exclude(parser: Parser) -> None:
    parser.add_argument(
        "--exclude",
        dest="agent.excluded_globs",
        action="append",
        metavar="GLOB",
        help="what is never indexed, repeatable (MOSAICFS_AGENT_EXCLUDED_GLOBS)",
    )


def add_watch(parser: Parser) -> None:
    parser.add_argument(
        "--watch",
        dest="agent.watch_paths",
        action="append",
        metavar="PATH",
        help="an absolute folder to watch, repeatable (MOSAICFS_AGENT_WATCH_PATHS)",
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
        action="count",
        default=int(is_on(environment, "MOSAICFS_VERBOSE")),
        help="more on stderr, twice: each call (MOSAICFS_VERBOSE)",
    )
    shared.add_argument(
        "--color", choices=("auto", "always", "never"), help="auto: on a terminal (MOSAICFS_COLOR, NO_COLOR)"
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
