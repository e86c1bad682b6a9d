"""`mosaicfs status`: this machine's duties, its index, the nodes and what needs a person. Works with any of them down.

The lock of `up` tells of the duties, the agent of its index, the control plane of the rest; who does not answer is left
out and said to be away.
"""

from __future__ import annotations

from mosaicfs_cli.options import Call, Parser, add_asking

EXAMPLES = ("mosaicfs status", "mosaicfs status --watch", "mosaicfs status --check --quiet", "mosaicfs status --json")


def arguments(parser: Parser) -> None:
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="exit 13 unless everything is healthy")
    how.add_argument("--watch", action="store_true", help="again and again, until Ctrl-C")
    add_asking(parser)


def run(call: Call) -> int:
    from mosaicfs_cli.errors import NothingRunningError, UnhealthyError  # noqa: PLC0415 - its help needs none of this
    from mosaicfs_cli.machine import look  # noqa: PLC0415 - as above
    from mosaicfs_cli.output import print_json  # noqa: PLC0415 - as above

    machine = look(call)
    if not (machine.is_running or machine.elsewhere or call.given.check):
        raise NothingRunningError
    if call.given.watch:
        from mosaicfs_cli.watching import watch  # noqa: PLC0415 - only who watches pays for it

        watch(call, machine)
    if call.json:
        print_json(machine.as_object())
    elif not call.quiet:
        from mosaicfs_cli.machine_shown import print_machine  # noqa: PLC0415 - only people pay for it

        print_machine(call, machine)
    if call.given.check and (troubles := machine.troubles()):
        raise UnhealthyError("; ".join(troubles) + ". See: mosaicfs doctor")
    return 0
