"""Attacks by machines: false servers for those that join, false nodes, and pages that replicate."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from mosaicfs.identity.authority import CONTROL_PLANE_NAME, Authority
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NodeKeys
from mosaicfs.identity.signatures import KeySigner
from mosaicfs.identity.tls import server_context
from tests.journeys.hostile import DATABASE, Scene, code_of, typed
from tests.journeys.machine import Machine

FORBIDDEN = (403, "forbidden")
REFUSED = (401, "unauthorized")
CODE = "7K3QD-9XW2M-4TRZV-B8HPN"


@contextmanager
def recording(files: KeyFiles) -> Iterator[tuple[int, list[bytes]]]:
    """A server with the certificate in `files`; the bytes that it was sent inside of TLS."""
    heard: list[bytes] = []
    context = server_context(files)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    plain, _ = listener.accept()
                    with suppress(OSError, ssl.SSLError), context.wrap_socket(plain, server_side=True) as safe:
                        while part := safe.recv(65_536):
                            heard.append(part)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("wrong", ["authority", "expired", "name"])
def test_attack_11_a_false_server_never_hears_the_code(wrong: str, tmp_path: Path) -> None:
    true, false = KeyFiles(tmp_path / "true"), KeyFiles(tmp_path / "false")
    pinned = Authority.open(true)
    match wrong:
        case "authority":
            served = false
            Authority.open(false).server_pair(false, [CONTROL_PLANE_NAME, "127.0.0.1"])
        case "expired":
            served = true
            Authority.open(true, lambda: 0.0).server_pair(true, [CONTROL_PLANE_NAME, "127.0.0.1"])
        case _:
            served = true
            pinned.server_pair(true, ["other.node.mosaicfs.internal", "127.0.0.1"])
    laptop = Machine(tmp_path / "laptop")
    with recording(served) as (port, heard):
        url = f"https://127.0.0.1:{port}#{pinned.fingerprint}"
        refused = typed(laptop, "join", url, "--watch", str(laptop.files), MOSAICFS_JOIN_CODE=CODE)
    assert refused.returncode == 5, refused.stderr
    assert heard == []
    assert "Traceback" not in refused.stderr
    assert not (laptop.folder / "state" / "mosaicfs" / "keys" / "ca.crt").exists()


def test_attack_12_a_join_code_cannot_be_misused(scene: Scene) -> None:
    keys, thief = NodeKeys.new(), NodeKeys.new()
    code = scene.invite()
    assert code_of(scene.join(code, keys, proving=thief)) == REFUSED
    joined = scene.join(code, keys)
    assert joined.status_code == 201
    assert code_of(scene.join(code, NodeKeys.new())) == REFUSED, "good once"
    node_id = joined.json()["node_id"]
    assert code_of(scene.join(scene.invite(), NodeKeys.new(), node_id=node_id)) == (409, "conflict")
    assert scene.caller(scene.signing(KeySigner(node_id, keys.signing))).get(DATABASE).status_code == 200

    worn = scene.invite()
    assert [scene.join(worn, keys, proving=thief).status_code for _ in range(10)] == [401] * 10
    assert code_of(scene.join(worn, NodeKeys.new())) == REFUSED, "ten wrong proofs were the end of it"


def test_attack_12_guesses_of_one_source_are_counted(scene: Scene) -> None:
    guesser = scene.caller("MOSAICFS-JOIN Code=00000000000000000000")
    told = [guesser.post("/api/nodes", json={}).status_code for _ in range(11)]
    assert 429 not in told[:5]
    assert set(told[5:]) == {429}


def test_attack_13_a_disabled_node_is_out_and_its_open_feed_ends(scene: Scene) -> None:
    node_id, signer = scene.node()
    caller = scene.caller(scene.signing(signer))
    since = caller.get(DATABASE).json()["update_seq"]
    feed = {"feed": "continuous", "since": since, "heartbeat": "60000"}
    with caller.stream("GET", f"{DATABASE}/_changes", params=feed) as answer:
        assert answer.status_code == 200
        scene.owner.delete(f"/api/nodes/{node_id}").raise_for_status()
        with suppress(httpx.HTTPError):
            answer.read()  # ends, or the client gives up and the test fails
        assert answer.is_closed or answer.is_stream_consumed
    for target in (DATABASE, f"{DATABASE}/_changes", "/api/agent/credentials"):
        assert code_of(caller.get(target)) == REFUSED
    assert code_of(caller.post("/api/agent/heartbeat", json={})) == REFUSED


def test_attack_14_a_node_writes_what_is_its_own_and_nothing_else(scene: Scene) -> None:
    node_id, signer = scene.node()
    caller = scene.caller(scene.signing(signer))
    own = scene.owner.get(f"{DATABASE}/node::{node_id}").json()
    file = _file(scene)
    mine = {**file, "_id": f"file::{uuid4()}", "source": {**file["source"], "node_id": node_id}}
    foreign = [
        {**file, "_id": "file::0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"},
        {"_id": "credential::MOSAICFS_0000000000000000", "type": "credential", "enabled": True},
        {
            "_id": f"dir::{sha256(b'/evil').hexdigest()}",
            "type": "virtual_directory",
            "inode": 999,
            "virtual_path": "/evil",
            "name": "evil",
            "parent_path": "/",
            "created_at": "2026-02-16T09:22:00Z",
            "mounts": [],
        },
        {"_id": "settings::instance", "type": "settings"},
        {**own, "public_key": NodeKeys.new().public_key},
        {**own, "status": "disabled"},
    ]
    rows = caller.post(f"{DATABASE}/_bulk_docs", json={"docs": [*foreign, mine]}).raise_for_status().json()
    assert [row.get("error") for row in rows[: len(foreign)]] == ["forbidden"] * len(foreign)
    assert "rev" in rows[-1], "what is its own passes beside them"
    forced = [{**doc, "_rev": f"9-{number:032x}"} for number, doc in enumerate(foreign)]
    answer = caller.post(f"{DATABASE}/_bulk_docs", json={"docs": forced, "new_edits": False})
    refused = {row["id"] for row in answer.raise_for_status().json() if row.get("error") == "forbidden"}
    assert refused == {doc["_id"] for doc in foreign}
    for doc in foreign[:4]:
        assert scene.owner.get(f"{DATABASE}/{doc['_id']}").json().get("error") == "not_found", doc["_id"]
    assert scene.owner.get(f"{DATABASE}/node::{node_id}").json()["public_key"] == own["public_key"]


def _file(scene: Scene) -> dict[str, Any]:
    """The document of a file of the machine itself, as anybody may make it up."""
    (scene.machine.files / "foreign.txt").write_text("x")
    scene.machine.until(lambda: scene.machine.found("foreign"), "finding the file")
    file_id = scene.owner.get("/api/files", params={"q": "foreign"}).json()["items"][0]["file_id"]
    found: dict[str, Any] = scene.owner.get(f"{DATABASE}/{file_id}").json()
    del found["_rev"]
    return found


@pytest.fixture(scope="module")
def page(scene: Scene) -> httpx.Client:
    """A browser that has logged in, at the replication."""
    session = scene.login(scene.key())["replication"]["token"]
    return scene.caller(f"MOSAICFS-SESSION {session}")


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("PUT", "/note::1", {"type": "note"}),
        ("POST", "/_bulk_docs", {"docs": [{"_id": "note::1", "type": "note"}]}),
        ("POST", "/_bulk_docs", {"docs": [{"_id": "note::1", "_rev": "1-a", "type": "note"}], "new_edits": False}),
        ("POST", "", {"_id": "note::1", "type": "note"}),
        ("DELETE", "/note::1?rev=1-a", None),
        ("PUT", "/_local/note", {"a": 1}),
        ("PUT", "/note::1/photo.png", {"a": 1}),
        ("PUT", "", None),
        ("DELETE", "", None),
    ],
)
def test_attack_15_a_page_writes_nothing(method: str, rest: str, body: Any, page: httpx.Client, scene: Scene) -> None:
    answer = page.request(method, f"{DATABASE}{rest}", json=body)
    assert answer.status_code in (403, 404, 405, 501), answer.text
    assert answer.status_code == 403 or rest in ("", "/note::1/photo.png"), answer.text
    assert scene.owner.get(f"{DATABASE}/note::1").json().get("error") == "not_found"
    assert scene.owner.get(DATABASE).status_code == 200


def test_attack_16_a_page_reads_no_type_outside_its_list(page: httpx.Client, scene: Scene) -> None:
    (scene.machine.files / "hidden from pages.txt").write_text("x")
    scene.machine.until(lambda: scene.machine.found("hidden"), "finding the file")
    file_id = scene.owner.get("/api/files", params={"q": "hidden"}).json()["items"][0]["file_id"]
    hidden = [file_id, f"credential::{scene.key().id}"]
    rev = {doc_id: scene.owner.get(f"{DATABASE}/{doc_id}").json()["_rev"] for doc_id in hidden}
    for doc_id in hidden:
        for query in ("", "?revs=true", f"?rev={rev[doc_id]}", f'?open_revs=["{rev[doc_id]}"]', "?open_revs=all"):
            answer = page.get(f"{DATABASE}/{doc_id}{query}")
            assert "secret_key_hash" not in answer.text
            assert "export_parent" not in answer.text
            assert answer.status_code == 404 or "open_revs" in query, (query, answer.text)
    keys = json.dumps(hidden)
    asked = [
        page.post(f"{DATABASE}/_bulk_get", json={"docs": [{"id": each, "rev": rev[each]} for each in hidden]}),
        page.get(f"{DATABASE}/_changes", params={"doc_ids": keys, "filter": "_doc_ids", "include_docs": "true"}),
        page.post(f"{DATABASE}/_changes?filter=_doc_ids&include_docs=true", json={"doc_ids": hidden}),
        page.get(f"{DATABASE}/_changes", params={"include_docs": "true", "style": "all_docs"}),
        page.get(f"{DATABASE}/_all_docs", params={"include_docs": "true"}),
        page.post(f"{DATABASE}/_all_docs?include_docs=true", json={"keys": hidden}),
        page.get(f"{DATABASE}/_all_docs", params={"keys": keys, "include_docs": "true"}),
        page.post(f"{DATABASE}/_find", json={"selector": {"type": "credential"}}),
        page.post(f"{DATABASE}/_find", json={"selector": {}}),
        page.post(f"{DATABASE}/_revs_diff", json={each: [rev[each]] for each in hidden}),
    ]
    for answer in asked:
        assert answer.status_code in (200, 400, 403, 404, 501), answer.text
        assert not any(word in answer.text for word in ("secret_key_hash", "sealed_signing_key", "export_parent"))
    listed = [row["id"] for row in asked[4].json()["rows"]]
    assert listed
    assert not [each for each in listed if each.startswith(("file::", "credential::"))]
