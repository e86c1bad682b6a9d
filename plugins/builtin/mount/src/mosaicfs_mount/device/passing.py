"""Files that the kernel reads by itself: it is handed the descriptor of an ordinary file once, and asks no more.

It takes one such file for a node at a time, for all who have it open; and who may hand one over is only root, on a
kernel that knows how.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass, field
from struct import Struct
from typing import Final

import structlog

_OPEN: Final = 0x4010_E501
_CLOSE: Final = 0x4004_E502
_map = Struct("=iIQ")
_id = Struct("=i")
_log = structlog.get_logger(component="mount")


@dataclass(slots=True)
class _Passed:
    backing: int
    file: tuple[int, int]
    opens: int = 0


@dataclass(slots=True)
class Passing:
    """`can` is asked of the kernel, and is over with the first refusal of the right."""

    device: int
    can: bool = False
    _passed: dict[int, _Passed] = field(default_factory=dict)

    def is_passed(self, number: int) -> bool:
        """While it is, nobody may open that node in any other way."""
        return number in self._passed

    def take(self, number: int, descriptor: int) -> int | None:
        """The name of the file in the kernel's mind. None if it does not take it, or has another one for that node."""
        found = os.fstat(descriptor)
        passed = self._passed.get(number)
        if passed is None:
            backing = self._hand_over(descriptor) if self.can else None
            if backing is None:
                return None
            passed = self._passed[number] = _Passed(backing, (found.st_dev, found.st_ino))
        elif passed.file != (found.st_dev, found.st_ino):
            return None
        passed.opens += 1
        return passed.backing

    def let_go(self, number: int) -> None:
        passed = self._passed[number]
        passed.opens -= 1
        if not passed.opens:
            del self._passed[number]
            fcntl.ioctl(self.device, _CLOSE, _id.pack(passed.backing))

    def _hand_over(self, descriptor: int) -> int | None:
        try:
            backing: int = fcntl.ioctl(self.device, _OPEN, bytearray(_map.pack(descriptor, 0, 0)))
        except PermissionError:
            self.can = False
            return None
        except OSError as cause:
            _log.debug("the kernel does not read this one by itself", cause=str(cause))
            return None
        return backing
