"""Who keeps a service up on this machine: systemd, or launchd on macOS. The verbs ask this and know neither."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Protocol

from mosaicfs.errors import GiveUpError, UnsupportedError
from mosaicfs_cli.units.systemd import Standing
from mosaicfs_cli.units.unit import Duty


class NoKeeperError(UnsupportedError):
    def __init__(self, platform: str, duty: str) -> None:
        trouble = f"Services are written for systemd and for macOS, not for {platform}."
        GiveUpError.__init__(self, f"{trouble} Start it by hand: mosaicfs {duty}")


class Keeper(Protocol):
    """Of one duty. Its file is put there by `putting`."""

    @property
    def path(self) -> Path: ...

    def text(self, command: Sequence[str]) -> str:
        """What the file says; `command` is the program, and what follows it but the duty."""

    def refuse_unfit(self) -> None:
        """`UnsupportedError` where the service could never run."""

    def prepare(self) -> None:
        """What must be there before the file; `NotRootError` for who may not put it there."""

    def enable(self, *, now: bool) -> None: ...

    def remove(self) -> None:
        """Stopped and gone, with its file."""

    def standing(self) -> Standing: ...

    def hint(self) -> str:
        """What a person should know besides; empty where there is nothing."""

    def show_logs(self, lines: int, *, follow: bool, as_json: bool) -> NoReturn:
        """Becomes the program that shows them."""


def keeper_of(
    duty: Duty, environment: Mapping[str, str], log_dir: Path, *, is_system: bool, platform: str = sys.platform
) -> Keeper:
    """`UnsupportedError` with what to type instead, where there is none."""
    if platform == "darwin":
        from mosaicfs_cli.units.launchd import Launchd  # noqa: PLC0415 - one machine has one of them

        return Launchd(duty, environment, log_dir, is_system=is_system)
    if platform == "linux":
        from mosaicfs_cli.units.by_systemd import BySystemd  # noqa: PLC0415 - as above

        return BySystemd(duty, environment, is_system=is_system)
    raise NoKeeperError(platform, duty)
