"""A duty in the foreground of a terminal, of a service manager or of the supervisor of `mosaicfs up`."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from functools import partial

import trio

from mosaicfs import Configured, run_duty
from mosaicfs.model.configuration import Settings
from mosaicfs.model.plugin_info import Duty
from mosaicfs_cli.lifeline import end_with_supervisor
from mosaicfs_cli.options import Call
from mosaicfs_cli.readiness import Managed
from mosaicfs_cli.telling import Person, Program
from mosaicfs_cli.terminal import Terminal


def run_in_foreground(call: Call, duty: Duty, configured: Configured, *, default_tree: bool = True) -> int:
    """Until it is told to stop; then 0, because that is what was asked for."""
    end_with_supervisor(call.environment)
    observer = Program() if call.json else Person(quiet=call.quiet)
    settings, places = configured
    read_again = partial(_read_again, call, Terminal(), settings)
    run = partial(run_duty, duty, settings, places, Managed(observer))
    trio.run(partial(run, default_tree=default_tree, read_again=read_again))
    observer.stopped()
    return 0


def _read_again(call: Call, terminal: Terminal, given: Settings) -> Settings:
    """As for a start. With its terminal the duty ends, as whoever closes a window expects."""
    if terminal.is_gone():
        os.kill(os.getpid(), signal.SIGTERM)
        return given
    read = call.configured().settings
    return replace(read, developer_mode=given.developer_mode, mount=replace(read.mount, path=given.mount.path))
