"""`mosaicfs status --watch`: on a terminal one page that is drawn over; elsewhere each time that something is new."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, NoReturn

from mosaicfs_cli.machine import look
from mosaicfs_cli.machine_shown import print_machine
from mosaicfs_cli.output import is_for_people, print_json

if TYPE_CHECKING:
    from mosaicfs_cli.machine import Machine
    from mosaicfs_cli.options import Call

EVERY_S = 1.0
_HOME_AND_CLEAR = "\x1b[H\x1b[J"


def watch(call: Call, machine: Machine) -> NoReturn:
    """Until Ctrl-C. That nothing runs any more is shown too: it may come back."""
    shown: object = None
    while True:
        now = _without_age(machine.as_object())
        if call.json and now != shown:
            print_json(machine.as_object())
        elif not call.json and (is_for_people() or now != shown):
            _draw(call, machine)
        shown = now
        time.sleep(EVERY_S)
        machine = look(call)


def _without_age(told: dict[str, object]) -> dict[str, object]:
    """Growing old is nothing new."""
    here = told["here"]
    return {**told, "here": {**here, "replica_age_s": None} if isinstance(here, dict) else here}


def _draw(call: Call, machine: Machine) -> None:
    if is_for_people():
        sys.stdout.write(_HOME_AND_CLEAR)
    print_machine(call, machine)
    sys.stdout.write("" if is_for_people() else "\n")
    sys.stdout.flush()
