"""Whether the network of this machine is paid for by the byte, where the system tells: NetworkManager does."""

from __future__ import annotations

import shutil
import subprocess

import trio

ASKED_EVERY_S = 60.0
_ANSWER_S = 3.0
_SERVICE = "org.freedesktop.NetworkManager"
_YES = frozenset({b"u 1", b"u 3"})
"""It is, or it is guessed to be."""


class Metered:
    """What was told is believed for a minute. Where nobody tells, it is not metered."""

    def __init__(self) -> None:
        self._answer = False
        self._asked_at = float("-inf")

    async def look(self) -> bool:
        if trio.current_time() >= self._asked_at + ASKED_EVERY_S:
            self._asked_at = trio.current_time()
            self._answer = await _told()
        return self._answer


async def _told() -> bool:
    program = shutil.which("busctl")
    if program is None:
        return False
    command = [program, "--system", "get-property", _SERVICE, "/org/freedesktop/NetworkManager", _SERVICE, "Metered"]
    with trio.move_on_after(_ANSWER_S):
        try:
            done = await trio.run_process(command, capture_stdout=True, stderr=subprocess.DEVNULL, check=False)
        except OSError:
            return False
        return done.returncode == 0 and done.stdout.strip() in _YES
    return False
