"""Attacks on logins and signatures, against a real server over TLS; the numbers are those of the page on security."""

from __future__ import annotations

import json
import sqlite3
import statistics
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from mosaicfs.identity.access_keys import new_access_key
from mosaicfs.identity.base64url import decoded
from mosaicfs.identity.signatures import HmacSigner, KeySigner, audience
from tests.journeys.hostile import DATABASE, Key, Scene, asked_raw, code_of

REFUSED = (401, "unauthorized")


def shown(answer: httpx.Response) -> tuple[Any, ...]:
    """All that a caller sees but the time and the number of its request."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
    return answer.status_code, answer.content, headers


def names(scene: Scene) -> set[str]:
    """Of all access keys."""
    return {item["name"] for item in scene.owner.get("/api/credentials?limit=500").json()["items"]}


def test_attack_1_a_signed_request_counts_once_also_over_a_restart(another_scene: Callable[[], Scene]) -> None:
    scene = another_scene()
    signer, body = scene.key().signer(), b'{"name": "once"}'
    proofs = [
        signer.authorization("POST", "/api/credentials", audience(scene.instance_id), sha256(body).hexdigest())
        for _ in range(2)
    ]

    def send(proof: str) -> int:
        headers = {"authorization": proof, "content-type": "application/json"}
        answer = scene.caller().post("/api/credentials", content=body, headers=headers)
        if answer.status_code == 401:
            assert code_of(answer) == (401, "replayed")
        return answer.status_code

    assert [send(proofs[0]), send(proofs[0]), send(proofs[1])] == [201, 401, 201]
    scene.kill()
    scene.start()
    assert [send(proof) for proof in proofs] == [401, 401]


@pytest.mark.parametrize(("ahead_s", "expected"), [(-310, 401), (310, 401), (-290, 200), (290, 200)])
def test_attack_2_only_a_time_near_ours_is_taken(ahead_s: float, expected: int, scene: Scene) -> None:
    """To the second this is tried with a clock that is turned by hand."""
    answer = scene.caller(scene.signing(scene.key().signer(ahead_s))).get("/api/nodes")
    assert answer.status_code == expected
    if expected == 401:
        assert answer.json()["error"]["code"] == "clock_skew"
        assert abs(abs(answer.json()["error"]["detail"]["skew_s"]) - 310) < 60


@pytest.mark.parametrize("part", ["method", "path", "query", "body", "Timestamp", "Nonce", "AccessKeyId", "BodySHA256"])
def test_attack_3_a_changed_byte_of_any_part_is_refused(part: str, scene: Scene) -> None:
    key, other, victim = scene.key(), scene.key(), scene.key()
    method, target, body = "PATCH", f"/api/credentials/{victim.id}?force=true", b'{"name": "stolen 1"}'
    proof = key.signer().authorization(method, target, audience(scene.instance_id), sha256(body).hexdigest())
    match part:
        case "method":
            method = "DELETE"
        case "path":
            target = target.replace(victim.id, other.id)
        case "query":
            target = target.replace("true", "True")
        case "body":
            body = body.replace(b"1", b"2")
        case "AccessKeyId":
            proof = proof.replace(key.id, other.id)
        case _:
            found = proof.index(f"{part}=") + len(part) + 2
            while not proof[found].isdigit():
                found += 1
            proof = proof[:found] + ("1" if proof[found] != "1" else "2") + proof[found + 1 :]
    headers = {"authorization": proof, "content-type": "application/json"}
    answer = scene.caller().request(method, target, content=body, headers=headers)
    # A digit of a time may make it no time at all.
    assert code_of(answer) in (REFUSED, (400, "invalid_request") if part == "Timestamp" else REFUSED)
    assert scene.owner.get(f"/api/credentials/{victim.id}").status_code == 200
    assert not any(name.startswith("stolen") for name in names(scene))


def test_attack_4_what_was_signed_for_another_server_says_nothing_here(scene: Scene) -> None:
    node_id, signer = scene.node()
    key = scene.key()
    for asked in (scene.signing(signer, "node-nas"), scene.signing(key.signer(), node_id)):
        assert code_of(scene.caller(asked).get(DATABASE if asked._signer is signer else "/api/nodes")) == REFUSED
    stranger = KeySigner(node_id, signer.key)
    elsewhere = httpx.Headers(
        {"authorization": stranger.authorization("GET", DATABASE, "another-instance/control_plane")}
    )
    assert code_of(scene.caller().get(DATABASE, headers=elsewhere)) == REFUSED
    assert scene.caller(scene.signing(signer)).get(DATABASE).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api//nodes", "/api/./nodes", "/api/x/../nodes", "/api/%6eodes", "/api/nodes/", "/api;x/nodes"]
)
def test_attack_5_a_signature_covers_the_bytes_of_the_path(path: str, scene: Scene) -> None:
    """Signed for one spelling and sent in another; and a spelling of its own opens no way around the rights."""
    signer = scene.key("read").signer()
    host = f"Host: 127.0.0.1:{scene.port}\r\nConnection: close\r\n"

    def ask(method: str, signed: str, sent: str) -> bytes:
        proof = signer.authorization(method, signed, audience(scene.instance_id))
        head = f"{method} {sent} HTTP/1.1\r\n{host}Authorization: {proof}\r\nContent-Length: 0\r\n\r\n"
        return asked_raw(scene.port, head.encode()).split(b" ", 2)[1]

    assert ask("GET", "/api/nodes", path) == b"401"
    assert ask("GET", path, path) in (b"200", b"400", b"404")
    target = path.replace("nodes", "credentials").replace("%6eodes", "%63redentials")
    assert ask("POST", target, target) in (b"403", b"400", b"404", b"405")


@pytest.mark.parametrize("sent", [b"", b'{"name": "evil"', b'{"name": "evil"} ', b'{"name": "evi1"}'])
def test_attack_6_a_body_that_was_not_signed_has_no_effect(sent: bytes, scene: Scene) -> None:
    signed = b'{"name": "evil"}'
    caller = scene.caller(scene.signing(scene.key().signer(), body=signed))
    answer = caller.post("/api/credentials", content=sent, headers={"content-type": "application/json"})
    assert code_of(answer) == REFUSED
    assert "evil" not in names(scene)


def test_attack_6_a_body_of_another_length_than_it_says_has_no_effect(scene: Scene) -> None:
    body = b'{"name": "evil"}'
    proof = (
        scene.key()
        .signer()
        .authorization("POST", "/api/credentials", audience(scene.instance_id), sha256(body).hexdigest())
    )
    for length in (len(body) - 1, len(body) + 1):
        head = (
            f"POST /api/credentials HTTP/1.1\r\nHost: 127.0.0.1:{scene.port}\r\nContent-Type: application/json\r\n"
            f"Authorization: {proof}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )
        assert b" 201 " not in asked_raw(scene.port, head.encode(), body)
    assert "evil" not in names(scene)


def test_attack_7_an_unknown_key_is_answered_like_a_wrong_secret(scene: Scene, full: bool) -> None:
    known = scene.key()
    disabled, machine = scene.key(), scene.key("mirror")
    scene.owner.patch(f"/api/credentials/{disabled.id}", json={"enabled": False}).raise_for_status()
    wrong = {
        "unknown": new_access_key()._asdict(),
        "wrong": {"access_key_id": known.id, "secret": new_access_key().secret},
        "malformed": {"access_key_id": "MOSAICFS_x", "secret": known.secret},
        "disabled": {"access_key_id": disabled.id, "secret": disabled.secret},
        "machine": {"access_key_id": machine.id, "secret": machine.secret},
    }

    def tried(kind: str) -> httpx.Response:
        given = {"access_key_id": wrong[kind]["access_key_id"], "secret_key": wrong[kind]["secret"]}
        return scene.caller(tls=False).post("/api/auth/login", json=given)

    answers = {kind: shown(tried(kind)) for kind in wrong}
    assert len({repr(answer) for answer in answers.values()}) == 1, answers
    assert answers["wrong"][0] == 401
    if full:
        took: dict[str, list[float]] = {"unknown": [], "wrong": []}
        for _ in range(200):
            for kind, times in took.items():  # in turn, so that what else the machine does hits both
                began = time.perf_counter()
                tried(kind)
                times.append(time.perf_counter() - began)
        unknown, near = (statistics.mean(sorted(times)[:150]) for times in took.values())
        assert abs(unknown - near) / near < 0.05


def test_attack_7_an_unknown_signer_is_answered_like_a_wrong_key(scene: Scene) -> None:
    known, unknown = scene.key(), new_access_key()
    answers = [
        shown(scene.caller(scene.signing(HmacSigner(key_id, bytes(32)))).get("/api/nodes"))
        for key_id in (known.id, unknown.access_key_id)
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


def test_attack_8_the_sixth_login_in_a_minute_is_refused(scene: Scene) -> None:
    key, caller = scene.key(), scene.caller()

    def log_in(number: int) -> httpx.Response:
        headers = {"x-forwarded-for": f"203.0.113.{number}", "forwarded": f"for=203.0.113.{number}"}
        return caller.post("/api/auth/login", json={**key.login, "secret_key": "wrong"}, headers=headers)

    assert [log_in(number).status_code for number in range(5)] == [401] * 5
    limited = caller.post("/api/auth/login", json=key.login)
    assert code_of(limited) == (429, "rate_limited")
    assert int(limited.headers["retry-after"]) > 0
    assert scene.login(key)["token"], "another address may"


FORGERIES = ["none", "rs256", "kid", "no kid", "aud", "iss", "expired", "signature", "logged out", "disabled"]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_attack_9_a_forged_token_is_refused(forgery: str, scene: Scene) -> None:
    key = scene.key()
    token = str(scene.login(key)["token"])
    assert scene.caller(f"Bearer {token}").get("/api/nodes").status_code == 200
    forged = _forged(forgery, scene, token, key)
    answer = scene.caller(f"Bearer {forged}").get("/api/nodes")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == ("token_expired" if forgery == "expired" else "unauthorized")


def _forged(forgery: str, scene: Scene, token: str, key: Key) -> str:
    """With the key of the server, where that does not help either."""
    ring = json.loads((scene.state / "keys" / "jwt.json").read_text())["current"]
    head, claims = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    secret: Any = decoded(ring["key"])
    algorithm = "HS256"
    match forgery:
        case "none":
            parts = [
                urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({**head, "alg": "none"}, claims)
            ]
            return b".".join([*parts, b""]).decode()
        case "rs256":
            secret = generate_private_key(65_537, 2_048).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            algorithm = "RS256"
        case "kid":
            head["kid"] = "0" * 16
        case "no kid":
            del head["kid"]
        case "aud":
            claims["aud"] = f"{scene.instance_id}/node-nas"
        case "iss":
            claims["iss"] = "another-instance"
        case "expired":
            claims |= {"iat": int(time.time()) - 86_400, "exp": int(time.time()) - 1}
        case "signature":
            secret = bytes(32)
        case "logged out":
            scene.caller(f"Bearer {token}").post("/api/auth/logout").raise_for_status()
        case _:
            scene.owner.patch(f"/api/credentials/{key.id}", json={"enabled": False}).raise_for_status()
    del head["alg"]
    return jwt.encode(claims, secret, algorithm, headers=head)


def test_attack_10_a_stolen_database_signs_nobody_in(scene: Scene) -> None:
    key, other = scene.key(), scene.key()
    stolen = scene.owner.get(f"{DATABASE}/credential::{key.id}").json()
    text = b"".join(path.read_bytes() for path in scene.state.glob("mosaicfs.db*"))
    assert stolen["secret_key_hash"].encode() in text, "so this is what a thief finds"
    assert key.secret.encode() not in text

    for secret in (
        stolen["secret_key_hash"],
        stolen["secret_key_hash"].removeprefix("argon2id:"),
        stolen["sealed_signing_key"],
    ):
        given = {"access_key_id": key.id, "secret_key": secret}
        assert code_of(scene.caller().post("/api/auth/login", json=given)) in (REFUSED, (422, "validation_failed"))
    sealed = stolen["sealed_signing_key"].removeprefix("sealed1:")
    for blob in (decoded(sealed), decoded(sealed)[12:44], sealed.encode()):
        answer = scene.caller(scene.signing(HmacSigner(key.id, blob))).get("/api/nodes")
        assert code_of(answer) == REFUSED

    # Whoever writes to the store moves the sealed key that he knows into the document of another.
    victim = scene.owner.get(f"{DATABASE}/credential::{other.id}").json()
    moved = {**victim, "sealed_signing_key": stolen["sealed_signing_key"]}
    scene.owner.put(f"{DATABASE}/credential::{other.id}", json=moved).raise_for_status()
    known = HmacSigner(other.id, key.signer().key)
    assert code_of(scene.caller(scene.signing(known)).get("/api/nodes")) == REFUSED
    assert scene.signed(key).get("/api/nodes").status_code == 200


def test_attack_10_no_key_lies_in_a_database(scene: Scene) -> None:
    keys = {path.name: path.read_bytes().strip() for path in (scene.state / "keys").iterdir() if path.suffix == ".key"}
    assert keys
    for path in scene.state.glob("*.db"):
        assert sqlite3.connect(path).execute("pragma integrity_check").fetchone() == ("ok",)
    stored = b"".join(path.read_bytes() for path in scene.state.glob("*.db*"))
    assert [name for name, content in keys.items() if content in stored] == []


def test_attack_30_a_cursor_is_good_for_its_question_and_its_asker_alone(scene: Scene) -> None:
    for number in range(3):
        (scene.machine.files / f"cursor {number}.txt").write_text("x")
    scene.machine.until(lambda: len(scene.machine.found("cursor")) == 3, "finding the files")
    one, other = scene.signed(scene.key()), scene.signed(scene.key())
    question = {"q": "cursor", "limit": "1"}
    for path in ("/api/files", "/api/search"):
        cursor = str(one.get(path, params=question).json()["next_cursor"])
        assert one.get(path, params={**question, "cursor": cursor}).status_code == 200
        middle = len(cursor) // 2
        altered = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
        tried = [
            one.get(path, params={**question, "cursor": altered}),
            one.get(path, params={**question, "cursor": cursor, "ext": "txt"}),
            one.get(path, params={**question, "cursor": cursor, "sort": "-mtime"}),
            other.get(path, params={**question, "cursor": cursor}),
            scene.owner.get(path, params={**question, "cursor": cursor}),
        ]
        assert [code_of(answer) for answer in tried] == [(400, "invalid_cursor")] * len(tried)


def test_attack_37_an_idempotency_key_is_of_who_used_it(scene: Scene) -> None:
    one, other = scene.signed(scene.key()), scene.signed(scene.key())
    once = {"idempotency-key": "attack-37"}
    first = one.post("/api/system/reindex", json={}, headers=once)
    again = one.post("/api/system/reindex", json={}, headers=once)
    assert (again.json()["job_id"], again.headers["idempotent-replay"]) == (first.json()["job_id"], "true")
    foreign = other.post("/api/system/reindex", json={}, headers=once)
    assert "idempotent-replay" not in foreign.headers
    assert foreign.json()["job_id"] != first.json()["job_id"]
    secret = one.post("/api/credentials", json={"name": "37"}, headers={"idempotency-key": "37"})
    replay = one.post("/api/credentials", json={"name": "37"}, headers={"idempotency-key": "37"})
    assert (secret.status_code, code_of(replay)) == (201, (409, "conflict"))
    assert secret.json()["secret_key"] not in replay.text
