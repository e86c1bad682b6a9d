"""What `mosaicfs login` keeps: an access key, and which control plane it is for. Ours alone, or it is not used.

A secret is never an argument: it comes from the environment, from the service manager, or from this file.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mosaicfs import write_whole
from mosaicfs_cli.errors import KeptUnsafeError

NAME = "credentials.toml"
GIVEN = "mosaicfs-secret-key"

ID_VARIABLE, SECRET_VARIABLE = "MOSAICFS_ACCESS_KEY_ID", "MOSAICFS_SECRET_KEY"


class Login(NamedTuple):
    """`ca` is the authority that was pinned, as PEM; empty where the trust store of the system vouched."""

    access_key_id: str
    secret_key: str
    server_url: str = ""
    instance_id: str = ""
    ca: str = ""


def read_login(config_file: Path) -> Login | None:
    """The one that is kept. `KeptUnsafeError` where others could have read it."""
    path = config_file.parent / NAME
    try:
        with path.open("rb") as file:
            _refuse_unsafe(path, os.fstat(file.fileno()))
            return _login(path, tomllib.load(file))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise KeptUnsafeError(path, "is no TOML", "Log in again: mosaicfs login URL") from None


def given_login(environment: Mapping[str, str]) -> Login | None:
    """The key that the environment or the service manager hands over."""
    access_key_id = environment.get(ID_VARIABLE, "")
    secret = environment.get(SECRET_VARIABLE, "") or _handed(environment)
    return Login(access_key_id, secret) if access_key_id and secret else None


def keep(config_file: Path, login: Login) -> None:
    path = config_file.parent / NAME
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [f"{name} = {json.dumps(value)}" for name, value in login._asdict().items() if value]
    text = "# The access key of this person's commands. Keep it to yourself.\n" + "\n".join(lines) + "\n"
    write_whole(path, text.encode())


def forget(config_file: Path) -> bool:
    """Whether there was one."""
    path = config_file.parent / NAME
    was_there = path.exists()
    path.unlink(missing_ok=True)
    return was_there


def _login(path: Path, found: Mapping[str, object]) -> Login:
    texts = {name: value for name in Login._fields if isinstance(value := found.get(name), str)}
    if not (texts.get("access_key_id") and texts.get("secret_key")):
        raise KeptUnsafeError(path, "holds no access key", "Log in again: mosaicfs login URL")
    return Login(**texts)


def _refuse_unsafe(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise KeptUnsafeError(path, "belongs to another user", "Move it away and log in again: mosaicfs login URL")
    if found.st_mode & 0o077:
        raise KeptUnsafeError(path, "can be read by others", f"If nobody has, type: chmod 600 {path}")


def _handed(environment: Mapping[str, str]) -> str:
    folder = environment.get("CREDENTIALS_DIRECTORY", "")
    try:
        return Path(folder, GIVEN).read_text(encoding="utf-8").strip() if folder else ""
    except OSError:
        return ""
