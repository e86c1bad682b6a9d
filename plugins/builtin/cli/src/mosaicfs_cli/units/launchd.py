"""A duty as a launch agent of macOS: the property list, and the few words of launchctl.

It runs while its person is logged in. launchd starts again whatever ended with a failure; it cannot be told that some
exit codes are not worth another try, so it is told to wait between tries.
"""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from mosaicfs.errors import GiveUpError, UnsupportedError
from mosaicfs_cli.units.checksum import WRITTEN, checksum
from mosaicfs_cli.units.putting import Ground
from mosaicfs_cli.units.systemd import Standing
from mosaicfs_cli.units.unit import Duty, words

BETWEEN_TRIES_S = 30
STOPPING_S = 30
UMASK = 0o077

_running = re.compile(r"^\tstate = (\S+)$", re.MULTILINE)
_pid = re.compile(r"^\tpid = ([0-9]+)$", re.MULTILINE)


class NoSystemAgentError(UnsupportedError):
    def __init__(self, duty: str) -> None:
        trouble = "On macOS a service is one of yours. Leave out --system, or start it by hand"
        GiveUpError.__init__(self, f"{trouble}: sudo mosaicfs {duty}")


class NoLaunchctlError(UnsupportedError):
    def __init__(self, duty: str) -> None:
        GiveUpError.__init__(self, f"This machine has no launchctl. Start it by hand: mosaicfs {duty}")


class LaunchdRefusedError(UnsupportedError):
    def __init__(self, command: str, told: str) -> None:
        GiveUpError.__init__(self, f"launchd did not do it: {told or 'it gave no reason'}. Try by hand: {command}")


class Launchd:
    """`keeper.Keeper`."""

    def __init__(self, duty: Duty, environment: Mapping[str, str], log_dir: Path, *, is_system: bool) -> None:
        if is_system:
            raise NoSystemAgentError(duty)
        if shutil.which("launchctl", path=environment.get("PATH")) is None:
            raise NoLaunchctlError(duty)
        self._duty = duty
        self._environment = dict(environment)
        self._log = log_dir / f"{duty}.launchd.log"
        self._label = label_of(duty)

    @property
    def path(self) -> Path:
        return Ground(self._environment, is_system=False).launch_agent(self._label)

    def text(self, command: Sequence[str]) -> str:
        return plist_text(self._duty, command, self._log)

    def refuse_unfit(self) -> None:
        """A person's own programs can be seen by who runs them."""

    def prepare(self) -> None:
        """launchd makes no directory for a log, and runs nothing without it."""
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def enable(self, *, now: bool) -> None:
        """A file that lies there is read at the next login; one that is loaded already stays what it was until then."""
        self._control("enable", self._target)
        if now:
            self._run("bootout", self._target)  # an earlier version of it; most often there is none
            self._control("bootstrap", self._domain, str(self.path))

    def remove(self) -> None:
        self._run("bootout", self._target)
        self.path.unlink(missing_ok=True)

    def standing(self) -> Standing:
        if not self.path.exists():
            return Standing("missing", "inactive", "", 0)
        disabled = re.search(rf'"{re.escape(self._label)}" => (?:disabled|true)', self._told("print-disabled"))
        told = self._run("print", self._target)
        state, pid = _running.search(told.stdout), _pid.search(told.stdout)
        active = "active" if pid else "inactive"
        return Standing(
            "disabled" if disabled else "enabled", active, state[1] if state else "", int(pid[1]) if pid else 0
        )

    def hint(self) -> str:
        return "It runs while you are logged in."

    def show_logs(self, lines: int, *, follow: bool, as_json: bool) -> NoReturn:
        """The lines are JSON in any case, as the service writes them."""
        command = ["tail", "-n", str(lines), *(["-F"] if follow else []), str(self._log)]
        os.execvpe("tail", command, self._environment)  # noqa: S606, S607

    @property
    def _domain(self) -> str:
        return f"gui/{os.getuid()}"

    @property
    def _target(self) -> str:
        return f"{self._domain}/{self._label}"

    def _told(self, word: str) -> str:
        return self._run(word, self._domain).stdout

    def _control(self, *words: str) -> None:
        done = self._run(*words)
        if done.returncode:
            told = done.stderr.strip().rstrip(".").replace("\n", "; ")
            raise LaunchdRefusedError(" ".join(["launchctl", *words]), told)

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["launchctl", *words]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)  # noqa: S603


def label_of(duty: Duty) -> str:
    return f"org.mosaicfs.{duty}"


def plist_text(duty: Duty, command: Sequence[str], log: Path) -> str:
    """With its checksum in a comment, after the line that must be the first."""
    body = plistlib.dumps(
        {
            "Label": label_of(duty),
            "ProgramArguments": [*command, *words(duty), "--log-format=json"],
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": BETWEEN_TRIES_S,
            "ExitTimeOut": STOPPING_S,
            "Umask": UMASK,
            "StandardOutPath": str(log),
            "StandardErrorPath": str(log),
        },
        sort_keys=False,
    ).decode()
    first, _, rest = body.partition("\n")
    return f"{first}\n<!-- {WRITTEN}. {checksum(body)} -->\n{rest}"
