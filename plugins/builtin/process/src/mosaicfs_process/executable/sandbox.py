"""Walls around the program of a plugin: which there are on this machine, and the command that puts them up.

What holds without walls too is in `limits`. The variables of the program are those of its process and are not named
here: what stands in a command can be read by everybody on the machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import structlog
import trio

from mosaicfs.model.configuration import PluginsSettings
from mosaicfs_process.executable.limits import NICE

Walls = Literal["bwrap", "systemd", "none"]

PROBE_S = 5.0
SYSTEM = ("/usr", "/etc/ssl", "/etc/resolv.conf")
ALSO = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime")
"""Without them programs of the system are not found, or tell another time."""
LINKED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")

_log = structlog.get_logger(component="plugins")


class Reach(NamedTuple):
    """What a program may see beside the system. It writes into its home alone, where staging files lie too."""

    program: Path
    home: Path
    readable: Sequence[Path] = ()
    network: bool = False


async def walls_of(wanted: str) -> Walls | None:
    """What a program runs in; None where the owner requires walls and there are none."""
    if wanted == "off":
        return "none"
    found = await trio.to_thread.run_sync(_found)
    if found == "none":
        return None if wanted == "required" else _plainly()
    return found


def command(walls: Walls, reach: Reach, settings: PluginsSettings) -> list[str]:
    """The words before nothing: the program is in them. Empty without walls."""
    match walls:
        case "bwrap":
            return [str(shutil.which("bwrap")), *_bubblewrap(reach), "--", str(reach.program)]
        case "systemd":
            return [str(shutil.which("systemd-run")), *_systemd(reach, settings, os.environ), "--", str(reach.program)]
        case "none":
            return []


@cache
def _found() -> Walls:
    """By a trial: that the tool is installed says little, kernels and containers forbid much."""
    if (bwrap := shutil.which("bwrap")) is not None:
        trial = Reach(Path("/usr/bin/env"), Path("/tmp"))  # noqa: S108 - a place inside the walls
        if _works([bwrap, *_bubblewrap(trial, is_trial=True), "--", "/usr/bin/env", "true"]):
            return "bwrap"
    run = shutil.which("systemd-run")
    if run is not None and _is_systemds():  # noqa: SIM102 - the second is a trial that takes time
        if _works([run, "--pipe", "--wait", "--collect", "--quiet", *_whose(), "--", "/usr/bin/env", "true"]):
            return "systemd"
    return "none"


@cache
def _plainly() -> Walls:
    _log.warning(
        "executables run without a sandbox",
        next_step='install bubblewrap, or say that it is meant: [plugins] sandbox = "off"',
    )
    return "none"


def _works(trial: Sequence[str]) -> bool:
    try:
        return subprocess.run(trial, capture_output=True, timeout=PROBE_S, check=False).returncode == 0  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return False


def _bubblewrap(reach: Reach, *, is_trial: bool = False) -> Iterator[str]:
    yield from ("--unshare-all", *(("--share-net",) if reach.network else ()), "--die-with-parent", "--new-session")
    yield from ("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")  # noqa: S108 - a /tmp of its own
    for place in (*SYSTEM, *ALSO):
        yield from ("--ro-bind-try", place, place)
    for place in LINKED:
        yield from _linked(Path(place))
    if not is_trial:
        for each in (reach.program, *reach.readable):
            yield from ("--ro-bind", str(each), str(each))
        yield from ("--bind", str(reach.home), str(reach.home))
    yield from ("--chdir", str(reach.home))


def _linked(place: Path) -> Iterator[str]:
    if place.is_symlink():
        yield from ("--symlink", str(place.readlink()), str(place))
    elif place.is_dir():
        yield from ("--ro-bind", str(place), str(place))


def _systemd(reach: Reach, settings: PluginsSettings, environment: Mapping[str, str]) -> Iterator[str]:
    yield from ("--pipe", "--wait", "--collect", "--quiet", *_whose())
    yield f"--working-directory={reach.home}"
    yield from (f"--setenv={name}" for name in sorted(environment))  # without a value: it is taken from the process
    properties = {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "read-only",
        "PrivateTmp": "yes",
        "PrivateNetwork": "no" if reach.network else "yes",
        "ReadWritePaths": str(reach.home),
        "MemoryMax": f"{settings.memory_max_mb}M",
        "CPUQuota": f"{settings.cpu_percent}%",
        "TasksMax": str(settings.tasks_max),
        "Nice": str(NICE),
    }
    for name, value in properties.items():
        yield from ("-p", f"{name}={value}")


def _is_systemds() -> bool:
    """It manages the agent."""
    return "INVOCATION_ID" in os.environ and Path("/run/systemd/system").is_dir()


def _whose() -> tuple[str, ...]:
    return () if os.geteuid() == 0 else ("--user",)
