"""The man page mosaicfs(1), in roff."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mosaicfs import __version__
from mosaicfs_cli.manual.commands import Command, Option, commands, global_options

FILES = (
    ("~/.config/mosaicfs/mosaicfs.toml, /etc/mosaicfs/mosaicfs.toml", "the configuration of a person, of a service"),
    ("~/.local/state/mosaicfs, /var/lib/mosaicfs", "the database, keys and logs"),
    ("$XDG_RUNTIME_DIR/mosaicfs, /run/mosaicfs", "the sockets"),
)

_flag = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def man_page() -> str:
    known = commands()
    lines = [
        '.\\" Printed by python -m mosaicfs_cli.manual; change the help of the command instead.',
        f'.TH MOSAICFS 1 "" "MosaicFS {__version__}" "MosaicFS"',
        ".nh",
        ".ad l",
        ".SH NAME",
        r"mosaicfs \- one tree for every file you own",
        ".SH SYNOPSIS",
        r".B mosaicfs",
        r".I COMMAND",
        "[WORDS] [OPTIONS]",
        ".SH DESCRIPTION",
        "Runs the duties of MosaicFS on this machine, sets machines up, and asks everything that the API can tell.",
        ".SH OPTIONS OF EVERY COMMAND",
        *_options(global_options()),
        ".SH COMMANDS",
    ]
    for command in known:
        lines += _command(command)
    lines.append(".SH FILES")
    for path, meaning in FILES:
        lines += [".TP", f".I {_text(path)}", _line(meaning)]
    return "\n".join([*lines, ".SH SEE ALSO", _line("mosaicfs help COMMAND, mosaicfs paths"), ""])


def _command(command: Command) -> Iterator[str]:
    yield f".SS {_text(command.usage)}"
    yield _line(command.summary)
    for word in command.words:
        yield from (".TP", f".I {_text(word.name)}", _line(word.help or " ".join(word.choices)))
    yield from _options(command.options)
    yield from (".PP", ".nf", *(_line(f"  {line}") for line in command.examples), ".fi")


def _options(options: Sequence[Option]) -> Iterator[str]:
    for option in options:
        yield from (".TP", f".B {_text(option.shown)}", _line(option.help or " ".join(option.choices)))


def _line(text: str) -> str:
    """A line of its own must not begin with what roff takes for a request."""
    written = _flag.sub(lambda found: found[0].replace("-", r"\-"), text.replace("\\", r"\e")).replace("%%", "%")
    written = written.replace("\n", " ")
    return rf"\&{written}" if written.startswith((".", "'")) else written


def _text(text: str) -> str:
    return text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
