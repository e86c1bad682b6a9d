"""A duty as a service of systemd, of the system or of the person who asks."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from mosaicfs_cli.units.putting import Ground, prepare_system, require_root, require_visible
from mosaicfs_cli.units.systemd import Standing, Systemd
from mosaicfs_cli.units.unit import Asked, Duty, unit_text


class BySystemd:
    """`keeper.Keeper`."""

    def __init__(self, duty: Duty, environment: Mapping[str, str], *, is_system: bool) -> None:
        self._duty = duty
        self._is_system = is_system
        self._systemd = Systemd(duty, environment, is_system=is_system)
        self._ground = Ground(environment, is_system)

    @property
    def path(self) -> Path:
        return self._ground.unit(self._duty)

    def text(self, command: Sequence[str]) -> str:
        return unit_text(Asked(self._duty, command, self._is_system))

    def refuse_unfit(self) -> None:
        if self._is_system:
            require_visible(sys.executable, sys.base_prefix)

    def prepare(self) -> None:
        require_root(is_system=self._is_system)
        if self._is_system:
            prepare_system(self._ground)

    def enable(self, *, now: bool) -> None:
        self._systemd.control("daemon-reload")
        self._systemd.control("enable", *(["--now"] if now else []), self.path.name)

    def remove(self) -> None:
        require_root(is_system=self._is_system)
        self._systemd.control("disable", "--now", self.path.name)
        self.path.unlink(missing_ok=True)
        self._systemd.control("daemon-reload")

    def standing(self) -> Standing:
        return self._systemd.standing(self.path.name)

    def hint(self) -> str:
        if self._is_system or self._ground.is_lingering():
            return ""
        return "It runs while you are logged in. To let it run always: sudo loginctl enable-linger"

    def show_logs(self, lines: int, *, follow: bool, as_json: bool) -> NoReturn:
        form = [*(["--follow"] if follow else []), *(["--output=json"] if as_json else [])]
        self._systemd.logs(self.path.name, f"--lines={lines}", "--no-pager", *form)
