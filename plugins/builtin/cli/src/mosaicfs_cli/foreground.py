"""A duty in the foreground of a terminal, of a service manager or of the supervisor of `mosaicfs up`."""

from __future__ import annotations

from functools import partial

import trio

from mosaicfs import Configured, run_duty
from mosaicfs.model.plugin_info import Duty
from mosaicfs_cli.lifeline import end_with_supervisor
from mosaicfs_cli.options import Call
from mosaicfs_cli.readiness import Managed
from mosaicfs_cli.telling import Person, Program


def run_in_foreground(call: Call, duty: Duty, configured: Configured, *, default_tree: bool = True) -> int:
    """Until it is told to stop; then 0, because that is what was asked for."""
    end_with_supervisor(call.environment)
    observer = Program() if call.json else Person(quiet=call.quiet)
    settings, places = configured
    trio.run(partial(run_duty, duty, settings, places, Managed(observer), default_tree=default_tree))
    observer.stopped()
    return 0
