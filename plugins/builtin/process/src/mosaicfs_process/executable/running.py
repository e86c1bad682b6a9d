"""One run of a program: what it is given, what is kept of what it says, and how it ends, whatever it does.

The group of the process is gone when `run` returns, also after a cancellation: a stop of the agent leaves nobody
behind who is told of no one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec
import trio

from mosaicfs_process.exchange import LONGEST_BYTES

LONGEST_STDERR = 1_000_000
TERM_S = 5.0
DRAIN_S = 1.0
"""What outlives its group may hold our pipes open; nobody waits for that."""

_LAUNCH = str(Path(__file__).with_name("launch.py"))
_PIECE = 65_536


class Program(NamedTuple):
    """`descriptor` is the open file at `path`; `walls` is the command around it, empty without."""

    descriptor: int
    path: Path
    home: Path
    environment: Mapping[str, str]
    limits: Mapping[str, int]
    walls: Sequence[str] = ()


@dataclass(slots=True)
class Ended:
    """`code` is that of the process, negative for a signal; `overran` and `overflowed` say why we ended it."""

    code: int = 0
    stdout: bytearray = field(default_factory=bytearray)
    stderr: str = ""
    overran: bool = False
    overflowed: bool = False


async def run(program: Program, stdin: bytes, limit_s: float, *, term_s: float = TERM_S) -> Ended:
    """`term_s` is how long it may take to end when it has used up its time."""
    theirs, ours = os.pipe()
    try:
        try:
            process = await _started(program, theirs)
        finally:
            os.close(theirs)
        return await _over(process, stdin, limit_s, term_s)
    finally:
        os.close(ours)


async def _started(program: Program, life: int) -> trio.Process:
    return await trio.lowlevel.open_process(
        _words(program, life),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=program.home,
        env=dict(program.environment),
        pass_fds=(program.descriptor, life),
        process_group=0,
    )


async def _over(process: trio.Process, stdin: bytes, limit_s: float, term_s: float) -> Ended:
    ended = Ended()
    try:
        with trio.move_on_after(limit_s) as limit:
            await _talk(process, stdin, ended)
        ended.overran = limit.cancelled_caught
    finally:
        with trio.CancelScope(shield=True):
            await _end(process, term_s)
    ended.code = process.returncode or 0
    return ended


def _words(program: Program, life: int) -> list[str]:
    limits = msgspec.json.encode(dict(program.limits)).decode()
    launch = [sys.executable, "-I", "-S", _LAUNCH, limits, str(program.descriptor), str(life), str(program.path)]
    return [*launch, *program.walls]


async def _talk(process: trio.Process, stdin: bytes, ended: Ended) -> None:
    """Until the process is gone and its pipes are empty."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_give, process, stdin)
        async with trio.open_nursery() as reading:
            reading.start_soon(_take_stdout, process, ended)
            reading.start_soon(_take_stderr, process, ended)
            await process.wait()
            _signal(process, signal.SIGKILL)  # what it has left behind
            reading.cancel_scope.deadline = trio.current_time() + DRAIN_S
        nursery.cancel_scope.cancel()


async def _give(process: trio.Process, stdin: bytes) -> None:
    """A process that does not read what it is given is free to."""
    assert process.stdin is not None
    async with process.stdin as pipe:
        with suppress(trio.BrokenResourceError):
            await pipe.send_all(stdin)


async def _take_stdout(process: trio.Process, ended: Ended) -> None:
    assert process.stdout is not None
    async with process.stdout as pipe:
        while piece := await pipe.receive_some(_PIECE):
            ended.stdout += piece
            if len(ended.stdout) > LONGEST_BYTES:
                ended.overflowed = True
                _signal(process, signal.SIGKILL)
                return


async def _take_stderr(process: trio.Process, ended: Ended) -> None:
    assert process.stderr is not None
    kept = bytearray()
    try:
        async with process.stderr as pipe:
            while piece := await pipe.receive_some(_PIECE):
                kept += piece[: LONGEST_STDERR - len(kept)]
    finally:
        ended.stderr = kept.decode(errors="replace").strip()


async def _end(process: trio.Process, term_s: float) -> None:
    if process.returncode is None:
        _signal(process, signal.SIGTERM)
        with trio.move_on_after(term_s):
            await process.wait()
    _signal(process, signal.SIGKILL)
    await process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            await trio.aclose_forcefully(pipe)


def _signal(process: trio.Process, number: signal.Signals) -> None:
    """To the whole group, which outlives its first process as long as anybody is in it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
