"""Logging in: which names and passwords count, who may not even ask, and the key behind the passwords."""

from __future__ import annotations

import base64
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest

from mosaicfs.model.document import Document
from mosaicfs.model.store import Store
from mosaicfs_control.callers import password, replication_key
from mosaicfs_control.keys import KeyUnsafeError
from mosaicfs_sdk.fakes.store import MemoryStore

KEY = bytes(range(32))


@pytest.fixture
def store() -> Store:
    """Which engine keeps the documents makes no difference here."""
    return MemoryStore()


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_the_password_is_the_one_that_the_key_gives() -> None:
    assert password(KEY, "node:node-a") == "GuwyPDC3bY139WWccdOjYXVRCRpNmiWb79UnSM0EEm8"


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = replication_key(tmp_path)
    path = tmp_path / "keys" / "replication.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(first) == 32
    assert replication_key(tmp_path) == first
    assert [file.name for file in path.parent.iterdir()] == ["replication.key"]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    replication_key(tmp_path)
    (tmp_path / "keys" / "replication.key").chmod(0o640)
    with pytest.raises(KeyUnsafeError, match="mode 0640"):
        replication_key(tmp_path)


def test_half_a_key_is_refused(tmp_path: Path) -> None:
    replication_key(tmp_path)
    (tmp_path / "keys" / "replication.key").write_bytes(b"short")
    with pytest.raises(KeyUnsafeError, match="holds 5 bytes"):
        replication_key(tmp_path)


@pytest.mark.parametrize(
    "header",
    [
        basic("control:wrong"),
        basic("control:"),
        basic("control"),
        basic(f"upstream:{password(KEY, 'upstream')}"),
        basic(f"node:{password(KEY, 'node:')}"),
        basic(f"node:Big:{password(KEY, 'node:Big')}"),
        basic(f"mirror:{password(KEY, 'control')}"),
        {"authorization": "Basic %%%"},
        {"authorization": "Bearer abc"},
    ],
)
async def test_a_login_that_is_wrong_is_told_what_time_it_is(
    header: Mapping[str, str], client: Callable[..., httpx.AsyncClient]
) -> None:
    """Also where no login is needed: who gives one wants it to count."""
    for path in ("/mosaicfs", "/_up"):
        answer = await client(None).get(path, headers=header)
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert len(answer.json()["server_time"]) == 20


async def test_an_unknown_caller_does_not_learn_which_paths_there_are(
    client: Callable[..., httpx.AsyncClient], seeded: Mapping[str, Document]
) -> None:
    bodies = set()
    for path in ("/mosaicfs/widget::1", "/mosaicfs/nowhere", "/other", "/mosaicfs/_no/such/thing"):
        answer = (await client(None).get(path)).json()
        bodies.add((answer["error"], answer["reason"]))
    assert len(bodies) == 1


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8440", "127.0.0.1.evil.example", "", "[::1"])
async def test_a_foreign_host_name_is_turned_away(host: str, control: httpx.AsyncClient) -> None:
    answer = await control.get("/mosaicfs", headers={"host": host})
    assert (answer.status_code, answer.json()["error"]) == (421, "misdirected")


@pytest.mark.parametrize("host", ["localhost", "localhost:8440", "127.0.0.1:1", "127.0.0.2:8440", "[::1]:8440"])
async def test_names_of_this_machine_are_taken(host: str, control: httpx.AsyncClient) -> None:
    assert (await control.get("/mosaicfs", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_pages_of_other_sites_are_turned_away(origin: str, control: httpx.AsyncClient) -> None:
    answer = await control.post("/mosaicfs/_revs_diff", json={}, headers={"origin": origin})
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_of_this_machine_may_call(control: httpx.AsyncClient) -> None:
    answer = await control.post("/mosaicfs/_revs_diff", json={}, headers={"origin": "http://127.0.0.1:9999"})
    assert answer.status_code == 200
