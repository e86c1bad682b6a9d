"""How politely a walk goes: it rests as long as it worked, waits for a busy disk, and spares a battery.

`Pace` decides with numbers that it is given; what asks the system is below it, and is quietly without an answer where
the system has none.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from mosaicfs_disk.rules import Rules

PRESSURE = Path("/proc/pressure/io")
SUPPLIES = Path("/sys/class/power_supply")

_SPELL_S = 0.05
_LOOK_AGAIN_S = 2.0
_MOST_PRESSURE = 40.0
_CREDIT_S = 1.0
"""So much slowness is made up for by being quick; a longer one, such as a pause, would end in a rush."""
_WAIT_S = 1.0
_ON_BATTERY_S = 5.0


def io_pressure(file: Path = PRESSURE) -> float:
    """Percent of the last ten seconds in which something waited for a disk; 0 where the system does not say."""
    try:
        for word in file.read_text().split():
            if word.startswith("avg10="):
                return float(word.removeprefix("avg10="))
    except (OSError, ValueError):
        return 0.0
    return 0.0


def on_battery(supplies: Path = SUPPLIES) -> bool:
    """Whether a battery is being emptied."""
    try:
        return any(path.read_text().strip() == "Discharging" for path in supplies.glob("BAT*/status"))
    except OSError:
        return False


@dataclass(slots=True)
class Pace:
    """Ask `wait_s` after each folder, rest so long, and ask again until it is 0; then tell it with `resume`."""

    rules: Rules
    is_full: bool
    clock: Callable[[], float] = monotonic
    pressure: Callable[[], float] = io_pressure
    battery: Callable[[], bool] = on_battery
    _since: float = field(init=False)
    _paid_until: float = field(init=False)
    _looked: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self._paid_until = self._looked = self.clock()

    def wait_s(self, files: int) -> float:
        """Seconds to rest after so many more files."""
        now = self.clock()
        self._pay(now, files)
        if now - self._looked >= _LOOK_AGAIN_S:
            if wait := self._hindered():
                return wait
            self._looked = now
        return max(self._half(now), self._limited(now))

    def resume(self) -> None:
        """Work goes on; what was waited for, here or for somebody else, was no work."""
        self._since = self.clock()

    def _hindered(self) -> float:
        if self.rules.pause_on_battery and self.battery():
            return _ON_BATTERY_S
        return _WAIT_S if not self.is_full and self.pressure() > _MOST_PRESSURE else 0.0

    def _half(self, now: float) -> float:
        worked = now - self._since
        return 0.0 if self.is_full or worked < _SPELL_S else worked

    def _limited(self, now: float) -> float:
        return max(0.0, self._paid_until - now)

    def _pay(self, now: float, files: int) -> None:
        """Each file takes its part of a second, wherever that second went."""
        if most := self.rules.max_files_per_s:
            self._paid_until = max(self._paid_until, now - _CREDIT_S) + files / most


def give_way(nice: int, io_class: str) -> None:
    """Lower the priority of the thread that calls. It cannot be raised again: for threads of our own only."""
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with suppress(OSError):  # a walk at normal priority is as right
        os.setpriority(os.PRIO_PROCESS, thread, nice)
    if io_class != "none":
        _set_io_class(thread, io_class)


_IOPRIO_SET = {"x86_64": 251, "aarch64": 30}
_CLASSES = {"best-effort": 2 << 13 | 7, "idle": 3 << 13}
_OF_A_THREAD = 1


def _set_io_class(thread: int, io_class: str) -> None:
    """glibc has no name for this call."""
    if number := _IOPRIO_SET.get(platform.machine()):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall(number, _OF_A_THREAD, thread, _CLASSES[io_class])
