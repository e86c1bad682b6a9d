"""`mosaicfs completion`: a script for a shell, made of the commands; and the names that such a script asks for."""

from __future__ import annotations

import sys

from mosaicfs_cli.options import Call, Parser

SHELLS = ("bash", "zsh", "fish", "powershell")
NAMES = ("node", "job", "credential", "label", "dir")

EXAMPLES = (
    "mosaicfs completion bash > ~/.local/share/bash-completion/completions/mosaicfs",
    "mosaicfs completion zsh > ~/.zfunc/_mosaicfs",
    "mosaicfs completion fish > ~/.config/fish/completions/mosaicfs.fish",
    "mosaicfs completion powershell | Out-String | Invoke-Expression",
)


def arguments(parser: Parser) -> None:
    parser.add_argument("shell", nargs="?", metavar="SHELL", choices=SHELLS, help=f"{', '.join(SHELLS)}")
    parser.add_argument("--names", choices=NAMES, help="print the names that a script offers, within 200 ms or none")


def run(call: Call) -> int:
    if call.given.names:
        return _names(call)
    if call.given.shell is None:
        from mosaicfs_cli.errors import UsageError  # noqa: PLC0415 - only who errs pays for it

        raise UsageError("completion", f"say which shell: {', '.join(SHELLS)}")
    from importlib import import_module  # noqa: PLC0415 - its help needs none of this

    from mosaicfs_cli.completing.table import table  # noqa: PLC0415 - as above

    text: str = import_module(f"mosaicfs_cli.completing.{call.given.shell}").script(table())
    if call.json:
        from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above

        print_json({"shell": call.given.shell, "script": text})
    else:
        sys.stdout.write(text)
    return 0


def _names(call: Call) -> int:
    from mosaicfs_cli.completing.names import give_up_after, names  # noqa: PLC0415 - a script needs none of this

    give_up_after()
    runtime, kind = call.configured().places.runtime_dir, call.given.names
    found = list(names(runtime / "api.sock", kind)) or list(names(runtime / "replica.sock", kind))
    if call.json:
        from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above

        print_json({"items": [{"name": name, "meaning": meaning} for name, meaning in found]})
    else:
        sys.stdout.write("".join(f"{name}\t{meaning}\n" for name, meaning in found))
    return 0
