"""Asking systemd: one place for its programs, so that what is missing is told once and well."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from mosaicfs.errors import GiveUpError, UnsupportedError

SHOWN = ("LoadState", "ActiveState", "SubState", "UnitFileState", "MainPID")


class NoSystemdError(UnsupportedError):
    def __init__(self, duty: str) -> None:
        GiveUpError.__init__(self, f"This machine has no systemd. Start it by hand: mosaicfs {duty}")


class NotRootError(UnsupportedError):
    def __init__(self) -> None:
        GiveUpError.__init__(self, "Only root may write a unit of the system. Type it with sudo, or leave out --system")


class SystemdRefusedError(UnsupportedError):
    def __init__(self, command: str, told: str) -> None:
        GiveUpError.__init__(self, f"systemd did not do it: {told or 'it gave no reason'}. Try by hand: {command}")


class Standing(NamedTuple):
    """`enabled` and `active` are systemd's own words."""

    enabled: str
    active: str
    state: str
    pid: int


class Systemd:
    """Of the system, or of the person who asks."""

    def __init__(self, duty: str, environment: Mapping[str, str], *, is_system: bool) -> None:
        if shutil.which("systemctl", path=environment.get("PATH")) is None:
            raise NoSystemdError(duty)
        self._scope = ("--system",) if is_system else ("--user",)
        self._environment = dict(environment)

    def control(self, *words: str) -> str:
        command = ["systemctl", *self._scope, *words]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise SystemdRefusedError(" ".join(command), done.stderr.strip().rstrip(".").replace("\n", "; "))
        return done.stdout

    def standing(self, unit: str) -> Standing:
        told = dict(line.split("=", 1) for line in self.control("show", unit, f"-p{','.join(SHOWN)}").splitlines())
        pid = told.get("MainPID", "0")
        enabled = told.get("UnitFileState") or ("missing" if told.get("LoadState") == "not-found" else "disabled")
        return Standing(
            enabled, told.get("ActiveState", "unknown"), told.get("SubState", ""), int(pid) if pid.isdigit() else 0
        )

    def logs(self, unit: str, *further: str) -> NoReturn:
        """Becomes the program that shows them."""
        of_unit = f"--unit={unit}" if self._scope == ("--system",) else f"--user-unit={unit}"
        os.execvpe("journalctl", ["journalctl", of_unit, *further], self._environment)  # noqa: S606, S607
