"""How a duty learns that its supervisor is gone: the end of a pipe, which the system closes whoever died and how.

The supervisor holds the one end that writes and never does; the number of the other stands in a variable of the duty.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

VARIABLE = "MOSAICFS_SUPERVISED_FD"


@contextmanager
def lifeline() -> Iterator[int]:
    """The end for the duties, to be handed to each with `pass_fds`."""
    theirs, ours = os.pipe()
    try:
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)


def end_with_supervisor(environment: Mapping[str, str]) -> None:
    """Ask ourselves to stop, as a person would, once the supervisor is gone. Nothing for a duty that has none."""
    number = environment.get(VARIABLE, "")
    if not number.isdigit():
        return
    from threading import Thread  # noqa: PLC0415 - a duty of its own needs none

    os.set_inheritable(int(number), False)
    Thread(target=_wait_for_the_end, args=(int(number),), name="lifeline", daemon=True).start()


def _wait_for_the_end(end: int) -> None:
    while os.read(end, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
