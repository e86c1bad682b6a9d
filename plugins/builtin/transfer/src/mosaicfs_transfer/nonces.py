"""Nonces of signed requests, so that none is taken twice: eleven minutes in memory, and in a file for a restart.

The file is a line for each, put at its end. To flush each to the disk would cost more than many a small file that is
asked for, and only a power cut tells the difference: after one, a signature from before the machine started counts as
used. What is dated so far ahead that this would not meet it is flushed at once.
"""

from __future__ import annotations

import os
import time as clocks
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mosaicfs import write_whole
from mosaicfs.model.times import Clock
from mosaicfs_transfer.refusals import rate_limited

KEPT_S = 660.0
MOST = 100_000
"""Live ones of one signer."""
AHEAD_S = 2.0
"""So much faster than ours the clocks of callers may be without any difference."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def this_boot() -> str:
    """Which run of the machine this is; empty where the system does not tell."""
    with suppress(OSError):
        return _BOOT_ID.read_text(encoding="ascii").strip()
    return ""


def uptime_s() -> float:
    return clocks.clock_gettime(clocks.CLOCK_BOOTTIME) if hasattr(clocks, "CLOCK_BOOTTIME") else clocks.monotonic()


class Nonces:
    """Of one process at a time. `close` leaves the file as the next start needs it."""

    def __init__(
        self, path: Path, clock: Clock, *, boot: str | None = None, uptime: Callable[[], float] = uptime_s
    ) -> None:
        self._path = path
        self._clock = clock
        self._boot = this_boot() if boot is None else boot
        self._uptime_s = uptime
        self._kept: dict[str, OrderedDict[str, float]] = {}
        self._may_lack_some = self._load()
        self._file = self._begin_anew()
        self._swept_at = clock()

    def take(self, signer: str, nonce: str, signed_at: float) -> bool:
        """False when this signer has used it. Only once the signature fits, or strangers could fill the memory.

        `RefusalError` `rate_limited` for a signer with too many of them.
        """
        now = self._clock()
        ahead_s = signed_at - now
        if self._may_lack_some and -ahead_s >= self._uptime_s() - AHEAD_S:
            return False
        kept = self._kept.setdefault(signer, OrderedDict())
        while kept and next(iter(kept.values())) <= now:
            kept.popitem(last=False)
        if nonce in kept:
            return False
        if len(kept) >= MOST:
            raise rate_limited("This node asks too often.", next(iter(kept.values())) - now)
        kept[nonce] = now + KEPT_S
        os.write(self._file, _line(signer, nonce, now + KEPT_S))
        if ahead_s > AHEAD_S:
            os.fdatasync(self._file)
        self._sweep(now)
        return True

    def close(self) -> None:
        with suppress(OSError):
            os.fdatasync(self._file)
        os.close(self._file)

    def _load(self) -> bool:
        """Whether some may be missing: the last run of the machine may have ended before the last of them were on disk,
        or nobody knows how it ended."""
        try:
            first, *lines = self._path.read_text(encoding="ascii", errors="replace").splitlines()
        except FileNotFoundError:
            return False
        except ValueError:
            return True
        now = self._clock()
        for line in lines:
            signer, _, rest = line.partition(" ")
            nonce, _, until = rest.partition(" ")
            with suppress(ValueError):  # a kill may have cut the last one, whose request was not answered then
                if float(until) > now:
                    self._kept.setdefault(signer, OrderedDict())[nonce] = float(until)
        return not self._boot or first != self._boot

    def _begin_anew(self) -> int:
        """With those that still count. The name of the run stays that of the one that may have lost some."""
        live = (_line(signer, *each) for signer, kept in self._kept.items() for each in kept.items())
        write_whole(self._path, f"{self._boot or 'unknown'}\n".encode() + b"".join(live))
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def _sweep(self, now: float) -> None:
        if now - self._swept_at < KEPT_S:
            return
        self._swept_at = now
        for signer, kept in list(self._kept.items()):
            while kept and next(iter(kept.values())) <= now:
                kept.popitem(last=False)
            if not kept:
                del self._kept[signer]
        os.close(self._file)
        self._file = self._begin_anew()


def _line(signer: str, nonce: str, until: float) -> bytes:
    return f"{signer} {nonce} {until:.3f}\n".encode("ascii")
