"""Who may come in over the network: names, pages, forms, proofs; what every answer carries whatever was asked."""

from __future__ import annotations

from hashlib import sha256

import httpx
import pytest

from mosaicfs.identity.access_keys import signing_key
from mosaicfs.identity.signatures import HmacSigner, audience
from mosaicfs_control.auth import limits
from mosaicfs_control.auth.credentials import Made
from mosaicfs_control.rest.routing import Instance
from plugins.builtin.control.tests.api.conftest import Served, TurnedClock

DB = "/api/replication/mosaicfs"
SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


class Signing(httpx.Auth):
    """As a script with an access key; `body` stands for what is signed where it is not what is sent."""

    requires_request_body = True

    def __init__(self, made: Made, instance_id: str, body: bytes | None = None) -> None:
        key_id = made.credential.access_key_id
        self._signer = HmacSigner(key_id, signing_key(key_id, made.secret_key))
        self._audience = audience(instance_id)
        self._body = body

    def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]  # httpx's own shape
        body = request.content if self._body is None else self._body
        target = request.url.raw_path.decode()
        digest = sha256(body).hexdigest()
        request.headers["authorization"] = self._signer.authorization(request.method, target, self._audience, digest)
        yield request


async def key(instance: Instance, scope: str = "full") -> Made:
    return await instance.auth.credentials.create(f"a key of scope {scope}", scope)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    return answer.status_code, error if isinstance(error, str) else error["code"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "[::1",
        "127.0.0.1:1",
        "localhost",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/api/identity", DB, "/metrics", "/"])
async def test_attack_22_a_name_that_is_not_ours_is_misdirected(
    host: str, path: str, network: httpx.AsyncClient
) -> None:
    """A page that points its own name at this machine; a port that is another server's."""
    answer = await network.get(path, headers={"host": host.format(port=network.base_url.port)})
    assert code_of(answer) == (421, "misdirected")


@pytest.mark.parametrize("host", ["localhost:{port}", "LOCALHOST.:{port}", "127.0.0.1:{port}"])
async def test_our_names_are_answered_to(host: str, network: httpx.AsyncClient) -> None:
    answer = await network.get("/api/identity", headers={"host": host.format(port=network.base_url.port)})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/api/identity", f"{DB}/_revs_diff"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:1"},
        {"sec-fetch-site": "cross-site"},
    ],
)
async def test_attack_22_a_page_of_another_site_is_refused(
    headers: dict[str, str], path: str, network: httpx.AsyncClient
) -> None:
    answer = await network.post(path, json={}, headers=headers)
    assert code_of(answer) in ((403, "origin_refused"), (403, "forbidden"))
    assert "access-control-allow-origin" not in answer.headers


async def test_our_own_page_may_call(network: httpx.AsyncClient) -> None:
    own = str(network.base_url).rstrip("/")
    for headers in ({"origin": own}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "cross-site"}):
        assert (await network.get("/api/identity", headers=headers)).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_attack_22_what_a_form_can_send_is_taken_for_nothing(
    kind: str, network: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    for client in (network, api):
        answer = await client.post("/api/files/lookup", content=b"{}", headers={"content-type": kind})
        assert code_of(answer) == (415, "unsupported_media_type")


async def test_a_head_that_says_two_things_is_refused(network: httpx.AsyncClient) -> None:
    twice = [("authorization", "Bearer a"), ("authorization", "Bearer b")]
    assert code_of(await network.get("/api/nodes", headers=twice)) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/api/identity", "/api/nodes", "/api/nothing", DB, "/", "/metrics"])
async def test_every_answer_carries_what_keeps_browsers_safe(path: str, served: Served) -> None:
    for client in (served.network, served.owner):
        answer = await client.get(path, headers={"x-request-id": "mine"})
        assert {name: answer.headers.get(name) for name in SAFE} == SAFE
        assert "server" not in answer.headers
        assert "set-cookie" not in answer.headers
        assert "strict-transport-security" not in answer.headers


async def test_the_cookie_that_replicators_ask_for_is_not_there_at_the_root_of_the_host(served: Served) -> None:
    """CouchDB's asks there first, wherever the database is, and goes on with Basic."""
    for client in (served.network, served.owner):
        answer = await client.post("/_session", json={"name": "x", "password": "y"})
        assert code_of(answer) == (404, "not_found")


async def test_the_owner_replicates_over_the_socket_without_a_login(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"{DB}/_session")).status_code in (404, 501)
    who = (await api.get("/api/replication/_session")).json()["userCtx"]
    assert who == {"name": "control", "roles": ["control"]}
    answer = await api.put(f"{DB}/widget::1", json={"type": "widget"})
    assert (answer.status_code, (await api.get(f"{DB}/widget::1")).json()["type"]) == (201, "widget")


async def test_a_signed_request_is_answered_and_its_body_read(network: httpx.AsyncClient, instance: Instance) -> None:
    made = await key(instance)
    auth = Signing(made, instance.auth.instance_id)
    assert (await network.get("/api/nodes?status=online", auth=auth)).status_code == 200
    name = {"name": "another"}
    answer = await network.post("/api/credentials", json=name, auth=auth)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("signed", [b"", b'{"name": "b"}', b'{"name": "a"', b'{"name": "a"} '])
async def test_attack_6_a_body_that_was_not_signed_has_no_effect(
    signed: bytes, network: httpx.AsyncClient, instance: Instance
) -> None:
    auth = Signing(await key(instance), instance.auth.instance_id, signed)
    before = len(instance.auth.credentials.list())
    answer = await network.post("/api/credentials", content=b'{"name": "a"}', auth=auth)
    assert code_of(answer) == (401, "unauthorized")
    assert answer.headers["connection"] == "close"
    assert len(instance.auth.credentials.list()) == before


async def test_attack_6_a_route_that_reads_no_body_waits_for_its_proof(
    network: httpx.AsyncClient, instance: Instance
) -> None:
    made, other = await key(instance), await key(instance)
    auth = Signing(made, instance.auth.instance_id, b"something")
    answer = await network.delete(f"/api/credentials/{other.credential.access_key_id}", auth=auth)
    assert code_of(answer) == (401, "unauthorized")
    assert instance.auth.credentials.is_enabled(other.credential.access_key_id)


async def test_attack_5_a_path_written_in_another_way_leads_nowhere_else(
    network: httpx.AsyncClient, instance: Instance
) -> None:
    auth = Signing(await key(instance, "read"), instance.auth.instance_id)
    paths = (
        "//api//replication//mosaicfs",
        "/api/x/../replication/mosaicfs",
        "/api/replication%2Fmosaicfs",
        "/API/nodes",
    )
    for path in paths:
        answer = await network.get(httpx.URL(str(network.base_url).rstrip("/") + path), auth=auth)
        assert answer.status_code in (403, 404), path


async def test_refusals_are_counted_and_then_waited_out(
    network: httpx.AsyncClient, instance: Instance, clock: TurnedClock
) -> None:
    auth = Signing(await key(instance), instance.auth.instance_id)
    for _ in range(limits.BY_SOURCE["refused"].most):
        assert (await network.get("/api/nodes", headers={"authorization": "Bearer nonsense"})).status_code == 401
    limited = await network.get("/api/nodes", headers={"authorization": "Bearer nonsense"})
    assert code_of(limited) == (429, "rate_limited")
    assert int(limited.headers["retry-after"]) > 0
    clock.turn(61)
    assert (await network.get("/api/nodes", auth=auth)).status_code == 200


async def test_what_was_refused_at_the_door_is_in_the_audit_log(served: Served) -> None:
    await served.network.get("/api/identity", headers={"host": "evil.example"})
    await served.network.get("/api/identity", headers={"origin": "https://evil.example"})
    found = await served.instance.auth.audit.read(since=None, event=None, principal=None, limit=10)
    events = {str(one["event"]): (one["source"], one["target"]) for one in found}
    assert events["host_refused"] == ("127.0.0.1", "evil.example")
    assert events["origin_refused"] == ("127.0.0.1", "https://evil.example")
