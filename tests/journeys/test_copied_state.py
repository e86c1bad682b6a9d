"""Somebody copied the state of a control plane, but not its keys, and starts a server of his own over it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.journeys.hostile import Scene

WHO = "/api/auth/whoami"


class Copied:
    """`there` is the control plane, stopped by now; `here` is the server over the copy."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.there = Scene(folder / "there", stack)
        self.key = self.there.key()
        answer = self.there.login(self.key)
        self.token = f"Bearer {answer['token']}"
        assert self.there.caller(self.token).get(WHO).status_code == 200
        assert self.there.signed(self.key).get(WHO).status_code == 200
        assert self.there.machine.stop() == 0
        state = folder / "here" / "desk" / "state" / "mosaicfs"
        shutil.copytree(self.there.state, state, ignore=shutil.ignore_patterns("keys"))
        self.here = Scene(folder / "here", stack)

    def credential(self) -> dict[str, str]:
        with closing(sqlite3.connect(f"file:{self.here.state / 'mosaicfs.db'}?mode=ro", uri=True)) as opened:
            asked = "SELECT body FROM docs WHERE id = ?"
            (body,) = opened.execute(asked, (f"credential::{self.key.id}",)).fetchone()
        found: dict[str, str] = msgspec.json.decode(body)
        return found


@pytest.fixture
def copied(tmp_path: Path, stack: ExitStack) -> Copied:
    return Copied(tmp_path, stack)


def test_a_copy_without_its_keys_lets_nobody_in_by_what_lies_in_it(copied: Copied) -> None:
    here, key, kept = copied.here, copied.key, copied.credential()
    assert here.instance_id == copied.there.instance_id
    assert here.caller(copied.token).get(WHO).status_code == 401
    assert here.signed(key).get(WHO).status_code == 401
    hashed, sealed = kept["secret_key_hash"], kept["sealed_signing_key"]
    for stolen in (hashed, hashed.removeprefix("argon2id:"), sealed):
        answer = here.caller().post("/api/auth/login", json={"access_key_id": key.id, "secret_key": stolen})
        assert answer.status_code in (401, 422), answer.text

    # Nor does it pass for the control plane: whoever knows the authority of that one sends it nothing.
    with httpx.Client(verify=copied.there.context) as pinned, pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
        pinned.get(f"{here.tls_url}/api/identity")


def test_the_secret_itself_still_logs_in_and_seals_its_signing_key_again(copied: Copied) -> None:
    """What the owner does whose keys are lost."""
    here, key = copied.here, copied.key
    before = copied.credential()["sealed_signing_key"]
    assert here.signed(key).get(WHO).status_code == 401
    assert here.caller(f"Bearer {here.login(key)['token']}").get(WHO).status_code == 200
    assert copied.credential()["sealed_signing_key"] != before
    assert here.signed(key).get(WHO).status_code == 200


def test_the_keys_put_back_bring_everything_back(copied: Copied) -> None:
    copied.here.kill()
    keys = copied.here.state / "keys"
    shutil.rmtree(keys)
    shutil.copytree(copied.there.state / "keys", keys)
    copied.here.start()
    copied.here.context = copied.there.context
    assert copied.here.caller(copied.token).get(WHO).status_code == 200
    assert copied.here.signed(copied.key).get(WHO).status_code == 200
