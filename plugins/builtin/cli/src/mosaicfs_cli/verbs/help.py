"""`mosaicfs help`: all commands, those of a group, or one in full."""

from __future__ import annotations

import sys
from importlib import import_module

from mosaicfs_cli.options import Call, Parser, parser_for
from mosaicfs_cli.program import VERBS, in_group, module_of, split

EXAMPLES = ("mosaicfs help", "mosaicfs help up", "mosaicfs help plugins")


def arguments(parser: Parser) -> None:
    parser.add_argument("command", nargs="*", help="the command to explain")


def run(call: Call) -> int:
    words: list[str] = call.given.command
    if words and " ".join(words) not in VERBS and (verbs := in_group(" ".join(words))):
        _list(f"mosaicfs {' '.join(words)} COMMAND", verbs)
    elif words:
        verb, _ = split(words)
        module = import_module(module_of(verb))
        parser_for(verb, module, call.environment).print_help()
    else:
        _list("mosaicfs COMMAND", list(VERBS))
    return 0


def _list(usage: str, verbs: list[str]) -> None:
    width = max(map(len, verbs))
    lines = [f"usage: {usage} [OPTIONS]", "", *(f"  {verb.ljust(width)}  {VERBS[verb]}" for verb in verbs)]
    lines += ["", f"Options and examples of a command: mosaicfs help {verbs[-1]}"]
    sys.stdout.write("\n".join(lines) + "\n")
