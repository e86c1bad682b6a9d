"""Attacks on the doors: foreign names and pages, unsafe starts, other users, the rights of each route, what leaks."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import free_port
from tests.journeys.hostile import DATABASE, Scene, asked_raw, code_of, typed
from tests.journeys.machine import Machine

PUBLIC = {
    "GET /api/identity",
    "GET /api/health/live",
    "GET /api/health/ready",
    "GET /api/openapi.json",
    "GET /api/docs",
    "POST /api/auth/login",
    "POST /api/nodes",
}
CHANGES_NOTHING = {
    "POST /api/files/lookup",
    "POST /api/labels/rules/preview",
    "POST /api/pins/preview",
    "POST /api/query",
    "POST /api/vfs/directories/{path}/preview",
    "POST /api/auth/logout",
    "POST /api/auth/replication-session",
}
KEPT_FROM_READERS = {"GET /api/system/audit", "GET /api/nodes/join-codes"}
NOBODY = 65_534


def routes(scene: Scene) -> Iterator[tuple[str, str]]:
    """Every method and path of the document, with something in place of each name."""
    for path, operations in scene.owner.get("/api/openapi.json").json()["paths"].items():
        for method in operations:
            yield method.upper(), path


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", path)


@pytest.mark.parametrize("path", ["/api/identity", "/api/nodes", DATABASE, "/metrics", "/"])
def test_attack_22_a_foreign_name_is_misdirected(path: str, scene: Scene) -> None:
    for host in ("evil.example", f"evil.example:{scene.port}", "127.0.0.1:1", f"127.0.0.1.evil.example:{scene.port}"):
        for tls in (True, False):
            answer = scene.caller(tls=tls).get(path, headers={"host": host})
            assert code_of(answer) == (421, "misdirected")


def test_attack_22_pages_of_other_sites_are_refused(scene: Scene) -> None:
    token = scene.login(scene.key())["token"]
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        answer = scene.caller(f"Bearer {token}").post("/api/credentials", json={"name": "evil"}, headers=headers)
        assert code_of(answer) == (403, "origin_refused")
        assert "access-control-allow-origin" not in answer.headers
    preflight = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    assert scene.caller().options("/api/credentials", headers=preflight).status_code in (401, 403, 405)
    form = scene.caller(f"Bearer {token}").post(
        "/api/credentials", content=b'{"name": "evil"}', headers={"content-type": "text/plain"}
    )
    assert code_of(form) == (415, "unsupported_media_type")
    assert "evil" not in scene.owner.get("/api/credentials?limit=500").text


@pytest.mark.parametrize("unsafe", ["plain", "no key", "readable"])
def test_attack_23_an_unsafe_start_opens_no_port(unsafe: str, tmp_path: Path) -> None:
    machine, port = Machine(tmp_path / "desk"), free_port()
    keys = machine.folder / "state" / "mosaicfs" / "keys"
    listen = f"http://127.0.0.1:{port}"
    if unsafe == "readable":
        first = machine.up("--listen", listen)
        assert first["url"]
        machine.stop()
        (keys / "ca.key").chmod(0o644)
    else:
        listen = f"{'http' if unsafe == 'plain' else 'https'}://0.0.0.0:{port}"
    refused = typed(machine, "server", MOSAICFS_SERVER_LISTEN=listen)
    assert refused.returncode == 11, refused.stderr
    assert "Traceback" not in refused.stderr
    if unsafe == "readable":
        assert f"chmod 600 {keys / 'ca.key'}" in refused.stderr
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


NEVER_INDEXED = ("a\r\nset-cookie: x=1", "\x1b[2J\x1b]0;owned\x07")
"""Names with control characters are left where they are."""
HOSTILE_NAMES = (
    '"quoted"; evil',
    "<script>alert(1)</script>",
    "right\u202eexe.txt",
    "\u2066bidi\u2069",
    os.fsdecode(b"broken \xff\xfe"),
)


def test_attack_25_no_file_name_injects_anything(scene: Scene) -> None:
    folder = scene.machine.files / "hostile"
    folder.mkdir()
    for name in (*NEVER_INDEXED, *HOSTILE_NAMES):
        (folder / f"hostile-{name.replace('/', '_')}").write_text("x")
    count = len(HOSTILE_NAMES)
    caller = scene.signed(scene.key("read"))

    def found() -> httpx.Response:
        return caller.get("/api/search", params={"q": "hostile-", "limit": "100"})

    def is_there() -> bool:
        time.sleep(0.2)  # within the rate of searches
        return len(found().json()["items"]) == count

    scene.machine.until(is_there, "finding the files")
    answer = found()
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for item in answer.json()["items"]:
        one = caller.get(f"/api/files/{item['file_id']}")
        assert (one.status_code, one.json()["name"], "set-cookie" in one.headers) == (200, item["name"], False)
        assert caller.get("/api/files/by-path", params={"path": item["name"]}).status_code in (200, 404, 422)
    for arguments in (["search", "hostile-"], ["files", "list", "--ext", "nothing"], ["status"]):
        shown = typed(scene.machine, *arguments).stdout
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", shown), repr(shown)
    forged = re.compile(r"^set-cookie|\x1b\[2J|\x1b\]0", re.MULTILINE)
    assert not forged.search(scene.logs())
    assert scene.owner.get("/api/files", params={"parent": str(folder)}).json()["total"] == count


@pytest.mark.parametrize(
    "ranges", ["bytes=" + ",".join(["0-0"] * 1_000), "bytes=-1--2", "bytes=9-1", "bytes=99999999-"]
)
def test_attack_29_ranges_of_what_has_none_are_left_aside(ranges: str, scene: Scene) -> None:
    whole = scene.owner.get("/api/openapi.json")
    answer = scene.caller().get("/api/openapi.json", headers={"range": ranges})
    assert answer.status_code in (200, 416)
    assert len(answer.content) <= len(whole.content)


def test_attack_31_a_reading_key_changes_nothing(scene: Scene) -> None:
    token = scene.login(scene.key("read"))["token"]
    caller = scene.caller(f"Bearer {token}")
    for method, path in routes(scene):
        name = f"{method} {path}"
        changes = method not in ("GET", "HEAD") and name not in CHANGES_NOTHING | PUBLIC
        if changes or name.replace("HEAD", "GET") in KEPT_FROM_READERS or path.startswith("/api/agent/"):
            answer = caller.request(method, filled(path), json={})
            assert answer.status_code == 403, name
            assert method == "HEAD" or code_of(answer) == (403, "forbidden"), name


def test_attack_32_nobody_is_answered_but_on_the_list(scene: Scene) -> None:
    paths = [*routes(scene), ("GET", "/metrics"), ("GET", DATABASE), ("GET", "/api/replication/_all_dbs")]
    for method, path in [*paths, ("GET", "/api/nothing")]:
        if f"{method.replace('HEAD', 'GET')} {path}" not in PUBLIC:
            answer = scene.caller(tls=False).request(method, filled(path), json={})
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"], (method, path)
    assert code_of(scene.caller().post("/api/nodes", json={})) != (201, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_attack_33_another_user_does_not_get_in_by_the_socket(scene: Scene) -> None:
    """Not even where somebody has opened the folders and the socket to everybody."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        machine = Machine(Path(folder) / "desk")
        try:
            machine.up("--listen", f"http://127.0.0.1:{free_port()}")
            path = machine.runtime / "api.sock"
            assert _as_nobody(path).startswith("PermissionError")
            for each in (path, *path.parents):
                if each.is_relative_to(folder):
                    each.chmod(0o777)
            assert _as_nobody(path) == "b''"
            assert "foreign_user_refused" in _logs_of(machine)
        finally:
            machine.close()


def _as_nobody(path: Path) -> str:
    """What another user is told on the socket."""
    program = (
        "import socket, sys\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        "try:\n"
        "    s.settimeout(20); s.connect(sys.argv[1])\n"
        "    s.sendall(b'GET /api/nodes HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n"
        "    print(s.recv(1000))\n"
        "except (ConnectionResetError, BrokenPipeError): print(b'')\n"
        "except OSError as e: print(type(e).__name__)\n"
    )
    become = f"import os; os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        program.replace("socket, sys\n", "socket, sys\n" + become, 1),
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def _logs_of(machine: Machine) -> str:
    every = [path for path in machine.folder.rglob("*") if path.is_file() and ".log" in path.name]
    return "\n".join(path.read_text(errors="replace") for path in every)


def test_attack_34_no_secret_is_told_anywhere(scene: Scene) -> None:
    key, mirror = scene.key(), scene.key("mirror")
    login = scene.login(key)
    token, session = login["token"], login["replication"]["token"]
    code, login_code = scene.invite(), scene.owner.post("/api/auth/login-codes").json()["code"]
    formed = {key.secret, mirror.secret, token}
    secrets = {*formed, session, code, code.replace("-", ""), login_code}
    told: list[str] = []

    def keep(answer: httpx.Response) -> None:
        told.append(answer.text + repr(answer.headers))

    caller = scene.caller(f"Bearer {token}")
    for method, path in routes(scene):
        if method == "GET" and path != "/api/events":
            keep(caller.get(filled(path)))
    for secret in sorted(secrets):
        for scheme in ("Bearer", "Basic", "MOSAICFS-SESSION", "MOSAICFS-HMAC-SHA256", secret):
            keep(scene.caller(f"{scheme} {secret}").get("/api/nodes"))
        keep(scene.caller().post("/api/auth/login", json={"access_key_id": secret, "secret_key": secret}))
        keep(scene.caller().post("/api/auth/login", json={"login_code": secret + "x"}))
        keep(scene.caller().post("/api/auth/login", content=f'{{"login_code": "{secret}", '.encode()))
        keep(scene.caller(f"MOSAICFS-JOIN Code={secret}x").post("/api/nodes", json={"friendly_name": "x"}))
    for secret in sorted(formed):  # pasted where it does not belong, and known by its form
        keep(scene.caller().post("/api/auth/login", json={"access_key_id": key.id, secret: 1}))
        keep(caller.post("/api/credentials", json={"name": "x", "scope": secret}))
        keep(caller.get("/api/files", params={"ext": "txt", secret: "1"}))
        keep(caller.get("/api/files", params={"node": secret}))
        keep(caller.get(f"/api/nodes/{secret}"))
        keep(caller.get("/api/files", params={"cursor": secret}))
    keep(scene.caller(f"MOSAICFS-SESSION {session}").get(f"{DATABASE}/_all_docs", params={"include_docs": "true"}))
    keep(scene.caller(f"Bearer {token}").post("/api/auth/logout"))
    keep(scene.owner.get("/api/system/audit", params={"limit": "500"}))
    keep(scene.owner.get("/api/openapi.json"))
    told.append(typed(scene.machine, "doctor", "--json").stdout)
    told += [(process / "cmdline").read_text() for process in _processes(scene.machine.pid)]
    told.append(scene.logs())
    text = "\n".join(told)
    assert {secret: part for secret in secrets for part in told if secret in part} == {}
    stored = scene.owner.get(f"{DATABASE}/credential::{key.id}").json()
    assert stored["sealed_signing_key"] not in text
    assert stored["secret_key_hash"] not in text
    for file in (scene.state / "keys").glob("*.key"):
        assert file.read_text(errors="replace").strip() not in text, file.name
    assert json.loads((scene.state / "keys" / "jwt.json").read_text())["current"]["key"] not in text


def _processes(pid: int) -> Iterator[Path]:
    """That one and all below it."""
    yield Path("/proc") / str(pid)
    for task in (Path("/proc") / str(pid) / "task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _processes(int(child))


def test_attack_34_what_stands_in_a_path_is_in_no_log(scene: Scene) -> None:
    """Somebody pastes a secret where it does not belong."""
    secret = scene.key().secret
    asked_raw(scene.port, f"GET /api/files?token={secret} HTTP/1.1\r\nHost: 127.0.0.1:{scene.port}\r\n\r\n".encode())
    asked_raw(scene.port, f"GET /api/{secret} HTTP/1.1\r\nHost: {secret}\r\n\r\n".encode())
    asked_raw(scene.port, f"GET /{secret} HTTP/9.9\r\n{secret}: x\r\n{secret}\r\n\r\n".encode())
    audit = scene.owner.get("/api/system/audit", params={"limit": "500"}).text
    assert secret not in scene.logs() + audit
