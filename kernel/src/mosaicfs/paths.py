"""Where everything lies: XDG directories for a person, FHS directories for a service, and which rule chose each.

A service is root or a system account; it never looks into a home directory. A variable that names a directory
(`XDG_STATE_HOME` and its kin) beats both. Nothing is created before `Places.make`.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mosaicfs.errors import ConfigError

FIRST_PERSON = 500 if sys.platform == "darwin" else 1000
"""The lowest uid that systems of this kind give to people."""

_NAME = "mosaicfs"
_NAMED = ("--config", "MOSAICFS_CONFIG")


@dataclass(frozen=True, slots=True)
class Places:
    """The names are those that `mosaicfs paths --json` prints; `chosen_by` says of each which rule chose it."""

    config_file: Path
    state_dir: Path
    keys_dir: Path
    database: Path
    cache_dir: Path
    runtime_dir: Path
    bell_dir: Path
    log_dir: Path
    plugins_dir: Path
    mount_point: Path
    chosen_by: Mapping[str, str]
    home: Path | None = None
    """Of the person whose places these are; None of a service."""

    @property
    def config_is_named(self) -> bool:
        return self.chosen_by["config_file"] in _NAMED

    def with_plugins(self, directory: str, rule: str) -> Places:
        path = _absolute(Path(directory).expanduser(), rule)
        return replace(self, plugins_dir=path, chosen_by={**self.chosen_by, "plugins_dir": rule})

    def make(self) -> None:
        """Create what a duty writes into. Each must be ours alone, also when it was there before."""
        for directory in (self.state_dir, self.keys_dir, self.runtime_dir, self.bell_dir):
            _make_private(directory)


def find_places(environment: Mapping[str, str], *, config: str = "", uid: int | None = None) -> Places:
    """Where this user's things lie. `config` is the file that the command line names."""
    user = _User(environment, os.geteuid() if uid is None else uid)
    config_file, by_config = user.config_file(config)
    state, by_state = user.directory("XDG_STATE_HOME", ".local/state", "/var/lib")
    cache, by_cache = user.directory("XDG_CACHE_HOME", ".cache", "/var/cache")
    data, by_data = user.directory("XDG_DATA_HOME", ".local/share", "/usr/lib")
    runtime, by_runtime = user.runtime()
    mount_point, by_mount = user.mount_point()
    return Places(
        config_file=config_file,
        state_dir=state,
        keys_dir=state / "keys",
        database=state / "mosaicfs.db",
        cache_dir=cache,
        runtime_dir=runtime,
        bell_dir=runtime / "bell",
        log_dir=state / "log",
        plugins_dir=data / "plugins",
        mount_point=mount_point,
        chosen_by={
            "config_file": by_config,
            "state_dir": by_state,
            "keys_dir": by_state,
            "database": by_state,
            "cache_dir": by_cache,
            "runtime_dir": by_runtime,
            "bell_dir": by_runtime,
            "log_dir": by_state,
            "plugins_dir": by_data,
            "mount_point": by_mount,
        },
        home=None if user.is_service else user.home,
    )


@dataclass(frozen=True, slots=True)
class _User:
    environment: Mapping[str, str]
    uid: int

    @property
    def is_service(self) -> bool:
        return self.uid < FIRST_PERSON

    @property
    def home(self) -> Path:
        if named := self.environment.get("HOME"):
            return Path(named)
        try:
            return Path(pwd.getpwuid(self.uid).pw_dir)
        except KeyError:
            raise ConfigError("HOME", f"is not set, and the system knows no user {self.uid}.") from None

    def directory(self, variable: str, at_home: str, of_service: str) -> tuple[Path, str]:
        """A relative path in an XDG variable counts as none, as its specification asks."""
        named = Path(self.environment.get(variable, ""))
        if named.is_absolute():
            return named / _NAME, variable
        if self.is_service:
            return Path(of_service, _NAME), "service"
        return self.home / at_home / _NAME, "person"

    def config_file(self, option: str) -> tuple[Path, str]:
        for rule, named in zip(_NAMED, (option, self.environment.get("MOSAICFS_CONFIG")), strict=True):
            if named:
                return Path(named).absolute(), rule
        directory, rule = self.directory("XDG_CONFIG_HOME", ".config", "/etc")
        return directory / "mosaicfs.toml", rule

    def runtime(self) -> tuple[Path, str]:
        """`su` hands over the variable of somebody else; a directory that is not ours counts as none."""
        named = self.environment.get("XDG_RUNTIME_DIR", "")
        if named and _owner(Path(named)) == self.uid:
            return Path(named, _NAME), "XDG_RUNTIME_DIR"
        if self.is_service:
            return Path("/run", _NAME), "service"
        return Path(f"/tmp/{_NAME}-{self.uid}"), "no XDG_RUNTIME_DIR"  # noqa: S108 - `_make_private` looks who owns it

    def mount_point(self) -> tuple[Path, str]:
        if self.is_service:
            return Path("/mnt", _NAME), "service"
        return self.home / "MosaicFS", "person"


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:
        return None


def _absolute(path: Path, rule: str) -> Path:
    if not path.is_absolute():
        raise ConfigError(rule, f"{path} must be an absolute path.")
    return path


def _make_private(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.stat()
        owners = {found.st_uid, directory.lstat().st_uid}
    except OSError as cause:
        raise ConfigError(str(directory), f"this directory cannot be made: {cause.strerror}.") from None
    if owners != {os.geteuid()}:
        raise ConfigError(str(directory), "this directory belongs to somebody else; move it away and start again.")
    if found.st_mode & 0o077:
        raise ConfigError(str(directory), f"others may look into this directory. Type: chmod 700 {directory}")
