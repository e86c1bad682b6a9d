"""Signing in and out, access keys, and what each answer gives away."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from plugins.builtin.control.tests.api.accounts.conftest import Server

LOGIN = "/api/auth/login"


async def signed_in(server: Server, scope: str = "full") -> tuple[str, str, dict[str, Any]]:
    key_id, secret, _ = await server.key(scope)
    answer = await (await server.caller()).post(LOGIN, json={"access_key_id": key_id, "secret_key": secret})
    assert answer.status_code == 200
    return key_id, secret, answer.json()


async def bearer(server: Server, token: str) -> httpx.AsyncClient:
    return await server.caller(f"Bearer {token}")


async def test_who_has_a_key_signs_in(server: Server) -> None:
    key_id, _, answer = await signed_in(server)
    assert answer["replication"]["database"] == "/api/replication/mosaicfs"
    assert (answer["principal"]["access_key_id"], answer["principal"]["scope"]) == (key_id, "full")
    who = (await (await bearer(server, answer["token"])).get("/api/auth/whoami")).json()
    assert who == {**answer["principal"], "expires_at": answer["expires_at"]}
    session = await server.caller(f"MOSAICFS-SESSION {answer['replication']['token']}")
    assert (await session.get("/api/replication/mosaicfs/_changes")).status_code == 200
    assert (await session.get("/api/auth/whoami")).status_code == 401


async def test_7_whatever_is_wrong_the_answer_is_the_same(server: Server) -> None:
    key_id, secret, _ = await server.key()
    machine, machine_secret, _ = await server.key("metrics")
    forms = [
        (key_id, "mosaicfs_" + "A" * 43),
        ("MOSAICFS_0000000000000000", secret),
        ("nobody", ""),
        (machine, machine_secret),
    ]
    caller = await server.caller()
    answers = []
    for name, given in forms:
        answers.append(await caller.post(LOGIN, json={"access_key_id": name, "secret_key": given}))
        server.clock.now += 61
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    told = {tuple(sorted((k, v) for k, v in a.headers.items() if k not in ("date", "x-request-id"))) for a in answers}
    assert len(told) == 1


async def test_logout_ends_the_token_and_its_session(server: Server) -> None:
    _, _, answer = await signed_in(server)
    caller = await bearer(server, answer["token"])
    session = await server.caller(f"MOSAICFS-SESSION {answer['replication']['token']}")
    assert (await caller.post("/api/auth/logout")).status_code == 204
    assert (await caller.get("/api/auth/whoami")).status_code == 401
    assert (await session.get("/api/replication/mosaicfs/_changes")).status_code == 401


async def test_a_reading_key_may_sign_out_and_replicate(server: Server) -> None:
    _, _, answer = await signed_in(server, "read")
    caller = await bearer(server, answer["token"])
    assert (await caller.post("/api/auth/replication-session")).status_code == 200
    assert (await caller.post("/api/auth/login-codes")).status_code == 403
    assert (await caller.post("/api/auth/logout?all=true")).status_code == 204
    assert (await caller.get("/api/auth/whoami")).status_code == 401


async def test_a_signature_gets_no_session(server: Server) -> None:
    caller = (await server.key())[2]
    assert (await caller.post("/api/auth/replication-session")).status_code == 403


async def test_a_login_code_signs_in_once(server: Server) -> None:
    made = (await (await server.owner()).post("/api/auth/login-codes")).json()
    assert made["url"].endswith(f"/#code={made['code']}")
    caller = await server.caller()
    first = await caller.post(LOGIN, json={"login_code": made["code"]})
    assert (first.status_code, first.json()["principal"]["kind"]) == (200, "owner")
    assert (await caller.post(LOGIN, json={"login_code": made["code"]})).status_code == 401
    both = {"login_code": made["code"], "access_key_id": "x"}
    assert (await caller.post(LOGIN, json=both)).status_code == 422


async def test_a_secret_is_shown_once(server: Server) -> None:
    owner = await server.owner()
    made = await owner.post("/api/credentials", json={"name": "Scripts"}, headers={"idempotency-key": "k"})
    key = made.json()
    assert (made.status_code, made.headers["location"]) == (201, f"/api/credentials/{key['key_id']}")
    again = await owner.post("/api/credentials", json={"name": "Scripts"}, headers={"idempotency-key": "k"})
    assert (again.status_code, again.json()["error"]["detail"]["id"]) == (409, key["key_id"])
    shown = (await owner.get(made.headers["location"])).json()
    assert shown == {name: value for name, value in key.items() if name != "secret_key"}
    assert (await owner.get("/api/credentials")).json()["items"] == [shown]
    assert (await owner.post("/api/credentials", json={"name": "x", "scope": "all"})).status_code == 422
    login = await (await server.caller()).post(
        LOGIN, json={"access_key_id": key["key_id"], "secret_key": key["secret_key"]}
    )
    assert login.status_code == 200


async def test_a_key_that_is_disabled_or_deleted_is_refused_on_the_next_request(server: Server) -> None:
    owner = await server.owner()
    key_id, _, answer = await signed_in(server)
    caller, at = await bearer(server, answer["token"]), f"/api/credentials/{key_id}"
    assert (await owner.patch(at, json={"enabled": False})).json()["enabled"] is False
    assert (await caller.get("/api/nodes")).status_code == 401
    assert (await owner.get("/api/credentials?enabled=true")).json()["total"] == 0
    assert (await owner.patch(at, json={"enabled": True})).status_code == 200
    assert (await owner.delete(at)).status_code == 204
    assert (await caller.get("/api/nodes")).status_code == 401
    assert (await owner.get(at)).status_code == 404
    events = [event for event, target in await server.audited() if target == key_id]
    assert events == ["credential_updated", "credential_updated", "credential_revoked"]


@pytest.mark.parametrize(("method", "body"), [("DELETE", None), ("PATCH", {"enabled": False})])
async def test_the_key_one_is_signed_in_with_needs_force(server: Server, method: str, body: Any) -> None:
    key_id, _, caller = await server.key()
    at = f"/api/credentials/{key_id}"
    refused = await caller.request(method, at, json=body)
    assert (refused.status_code, refused.json()["error"]["detail"]["reason"]) == (409, "own_key")
    assert (await caller.request(method, f"{at}?force=true", json=body)).status_code in (200, 204)
    assert (await caller.get("/api/nodes")).status_code == 401


async def test_a_stale_change_of_a_key_is_refused(server: Server) -> None:
    owner, (key_id, _, _) = await server.owner(), await server.key()
    at = f"/api/credentials/{key_id}"
    tag = (await owner.get(at)).headers["etag"]
    assert (await owner.patch(at, json={"name": "New"}, headers={"if-match": tag})).status_code == 200
    for method in ("PATCH", "DELETE"):
        body = {"name": "Newer"} if method == "PATCH" else None
        stale = await owner.request(method, at, json=body, headers={"if-match": tag})
        assert (stale.status_code, stale.json()["error"]["detail"]["current"]["name"]) == (412, "New")
    for wrong in (
        {"scope": "full"},
        {"name": None},
        {"expires_at": "yesterday"},
        {"expires_at": "2001-01-01T00:00:00Z"},
    ):
        assert (await owner.patch(at, json=wrong)).status_code == 422
    later = await owner.patch(at, json={"expires_at": "2999-01-01T00:00:00Z"})
    assert later.json()["expires_at"] == "2999-01-01T00:00:00Z"
    assert "expires_at" not in (await owner.patch(at, json={"expires_at": None})).json()


async def test_identity_names_instance_and_authority(server: Server) -> None:
    found = (await (await server.caller()).get("/api/identity")).json()
    assert (found["instance_id"], found["ca_fingerprint"]) == (
        server.auth.instance_id,
        server.instance.authority.fingerprint,
    )
