"""The program `mosaicfs`: finds the verb that was typed and imports its file, and no other.

Every import here is paid for by `mosaicfs version`. What a verb does is in `verbs/`, how options are read in `options`,
what becomes of an error in `failures`.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

VERBS = {
    "agent": "Run the agent of this machine, which indexes its files and replicates with the control plane.",
    "agent accept": "Take a watched folder that has changed its identity as the same one.",
    "agent crawl": "Look through all watched folders, or one, for what has changed.",
    "agent holds": "Show deletions that wait for a person, or confirm one of them.",
    "agent mark": "Write a marker into a watched folder, by which it is known again.",
    "doctor": "Check what MosaicFS needs on this machine, and say how to put it right.",
    "down": "Stop what `mosaicfs up` started.",
    "files list": "List files of all nodes.",
    "files search": "Find files whose names contain a text or fit a pattern.",
    "files stat": "Show all that is known of one file.",
    "help": "Explain the program or one of its commands.",
    "nodes list": "Show every node of this instance, and whether it is online.",
    "nodes status": "Show how one node fares: its parts, its errors, its held deletions.",
    "paths": "Show every directory and file in use, and which rule chose it.",
    "plugins list": "Show which plugins are loaded, which are refused, and why.",
    "search": "Search the files of all nodes by name.",
    "server": "Run the control plane.",
    "status": "Show how this machine fares: its duties, its index, the nodes it knows.",
    "up": "Start everything that this machine can do: watch folders, index them, answer searches.",
    "version": "Show the version of MosaicFS and what it runs on.",
}
"""Every command and what it does. The file of `plugins list` is `verbs/plugins/list.py`."""

_HELP = ("-h", "--help")
_WITH_VALUE = ("--config", "--log-level", "--log-format", "--timeout", "--color")


def main() -> int:
    arguments = sys.argv[1:]
    try:
        code = run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - whatever went wrong is told in one sentence and one exit code
        from mosaicfs_cli.failures import tell  # noqa: PLC0415 - only who fails pays for it

        return tell(error, arguments, os.environ)
    return code


def run(arguments: list[str]) -> int:
    verb, rest = split(arguments)
    module = import_module(f"mosaicfs_cli.verbs.{verb.replace(' ', '.')}")
    from mosaicfs_cli.options import read_call  # noqa: PLC0415 - not needed by who mistypes the verb

    call = read_call(verb, module, rest, os.environ)
    code: int = module.run(call)
    return code


def split(arguments: list[str]) -> tuple[str, list[str]]:
    """The verb, and every argument but its words. Global options may stand before it."""
    at = _where_words_stand(arguments)
    words = [arguments[place] for place in at]
    for length in (2, 1):
        verb = " ".join(words[:length])
        if verb in VERBS:
            return verb, [text for place, text in enumerate(arguments) if place not in at[:length]]
    if not words or (in_group(words[0]) and any(text in _HELP for text in arguments)):
        return "help", [text for text in arguments if text not in _HELP]
    from mosaicfs_cli.errors import UnknownVerbError  # noqa: PLC0415 - only who errs pays for it

    raise UnknownVerbError(words[0], words[1:2], in_group(words[0]) or list(VERBS))


def in_group(group: str) -> list[str]:
    """The verbs that begin with this word, such as those of `plugins`."""
    return [verb for verb in VERBS if verb.startswith(f"{group} ")]


def _where_words_stand(arguments: list[str]) -> list[int]:
    """The places of what is neither an option nor the value of a global one."""
    places: list[int] = []
    value = False
    for place, text in enumerate(arguments):
        if text == "--":
            break
        if not value and not text.startswith("-"):
            places.append(place)
        value = text in _WITH_VALUE
    return places
