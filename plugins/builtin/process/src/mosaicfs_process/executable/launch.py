"""Starts the program of a plugin within its limits, and stays beside it: neither outlives the agent.

Run as `python -I -S launch.py LIMITS DESCRIPTOR LIFE PATH PROGRAM…`, with nothing but the standard library. The child
sets the limits, closes what the program is not to have, and becomes it. A sandbox is put around the program by naming
another PROGRAM; without one it is the open file itself. A script is started by its path, when that is still the open
file: its interpreter opens it again, and could not be given a descriptor that is closed.

The parent ends as the child has ended. LIFE is a pipe that the agent holds open; when it closes, the agent is gone, and
the whole group goes too. A signal at the death of the parent would not do: it comes when the *thread* ends that started
a process, and those of the agent come and go.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
from typing import NoReturn

CANNOT = 126
"""What a shell says of a program that is there and cannot be started."""

GLANCE_S = 0.5


def main(limits: str, descriptor: str, life: str, path: str, *program: str) -> NoReturn:
    child = os.fork()
    if child == 0:
        _become(limits, int(descriptor), path, *program)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # meant for the child, which is in our group
    _leave_the_pipes()
    _end_like(_watched(child, int(life)))


def _become(limits: str, fd: int, path: str, *program: str) -> NoReturn:
    try:
        set_limits(json.loads(limits))
        os.set_inheritable(fd, False)
        if not same_file(fd, path):
            raise OSError(0, "the file was replaced meanwhile")
        close_all_but(fd)
        if program:
            os.execve(program[0], program, os.environ)  # noqa: S606 - it must not be a shell
        os.execve(path if is_script(fd) else fd, [path], os.environ)  # noqa: S606 - as above
    except OSError as trouble:
        os.write(2, f"{path} cannot be started: {trouble.strerror}\n".encode())
    os._exit(CANNOT)


def set_limits(limits: dict[str, int]) -> None:
    os.nice(limits.pop("nice"))
    for name, wanted in limits.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(kind, (most, most))


def close_all_but(fd: int) -> None:
    os.closerange(3, fd)
    os.closerange(fd + 1, max(fd + 2, resource.getrlimit(resource.RLIMIT_NOFILE)[0], 4096))


def is_script(fd: int) -> bool:
    return os.pread(fd, 2, 0) == b"#!"


def same_file(fd: int, path: str) -> bool:
    return os.path.samestat(os.fstat(fd), os.stat(path, follow_symlinks=False))  # noqa: PTH116 - no path is made of it


def _leave_the_pipes() -> None:
    """They are the program's; held open here they would seem to have a reader and a writer more."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)


def _watched(child: int, life: int) -> int:
    """How the child has ended. Where the agent ends first, nobody is left to be told."""
    pidfd = [os.pidfd_open(child)] if hasattr(os, "pidfd_open") else []
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        ready, _, _ = select.select([life, *pidfd], [], [], None if pidfd else GLANCE_S)
        if life in ready:
            os.killpg(0, signal.SIGKILL)


def _end_like(status: int) -> NoReturn:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else CANNOT)


if __name__ == "__main__":
    main(*sys.argv[1:])
