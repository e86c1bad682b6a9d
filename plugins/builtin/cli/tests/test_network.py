"""The commands over the network: where they ask, how they prove themselves, and what becomes of each refusal."""

import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mosaicfs import Server, read_address
from mosaicfs.errors import MosaicError
from mosaicfs.identity.access_keys import new_access_key, signing_key
from mosaicfs.identity.signatures import HmacSigner, audience, fits_hmac, parsed
from mosaicfs_cli.client import Api
from mosaicfs_cli.failures import exit_code
from mosaicfs_cli.server_line import ServerLine
from mosaicfs_sdk.fakes.control_plane import INSTANCE, Asked, FakeControlPlane, Reply, refusal

pytestmark = pytest.mark.patient

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., Any]

KEY = new_access_key()
GIVEN = {"MOSAICFS_ACCESS_KEY_ID": KEY.access_key_id, "MOSAICFS_SECRET_KEY": KEY.secret}
WHO = {"kind": "access_key", "access_key_id": KEY.access_key_id, "name": "cli", "scope": "full", "last_seen": None}
FINGERPRINT = "0" * 64
PROGRAM = str(Path(sys.executable).with_name("mosaicfs"))


def answer(asked: Asked) -> Reply:
    """As a control plane does, for the few calls of these tests."""
    if not fits_hmac(parsed(asked.headers["authorization"]), signing_key(*KEY), asked.method, asked.target, AUDIENCE):
        return refusal(401, "unauthorized", "A login is needed.")
    if asked.target == "/api/auth/whoami":
        return Reply(WHO)
    return Reply({"items": [], "total": 0, "asked": asked.target, "body": asked.body.decode()})


AUDIENCE = audience(INSTANCE)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", answer).serving() as running:
        yield running


def api_of(server: FakeControlPlane) -> Api:
    known = Server(read_address(server.url), server.authority.certificate_pem)
    return Api(ServerLine(known, HmacSigner(KEY.access_key_id, signing_key(*KEY)), INSTANCE))


@pytest.fixture
def logged_in(server: FakeControlPlane, mosaicfs: Run) -> FakeControlPlane:
    assert mosaicfs("login", server.pinned_url, **GIVEN).returncode == 0
    server.asked.clear()
    return server


def credentials(tmp_path: Path) -> Path:
    return tmp_path / "config/mosaicfs/credentials.toml"


def test_a_login_is_tried_and_then_kept_for_its_owner_alone(
    server: FakeControlPlane, mosaicfs: Run, tmp_path: Path
) -> None:
    done = mosaicfs("login", server.pinned_url, "--json", **GIVEN)
    assert (json.loads(done.stdout), done.returncode) == (WHO, 0)
    kept = credentials(tmp_path)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert KEY.secret in kept.read_text()
    configuration = kept.with_name("mosaicfs.toml")
    assert f'server_url = "{server.url}"' in configuration.read_text()
    assert KEY.secret not in configuration.read_text()
    assert mosaicfs("whoami", "--json").stdout == done.stdout


def test_the_secret_never_leaves_this_machine(server: FakeControlPlane, mosaicfs: Run) -> None:
    done = mosaicfs("login", server.pinned_url, "-vv", **GIVEN)
    sent = "".join(f"{each.target}{dict(each.headers)}{each.body!r}" for each in server.asked)
    assert KEY.secret not in sent + done.stdout + done.stderr


def test_a_wrong_fingerprint_is_refused_before_anything_is_sent_or_kept(
    server: FakeControlPlane, mosaicfs: Run, tmp_path: Path
) -> None:
    done = mosaicfs("login", f"{server.url}#{FINGERPRINT}", **GIVEN)
    assert done.returncode == 5
    assert FINGERPRINT in done.stderr
    assert server.authority.fingerprint in done.stderr
    assert (server.asked, credentials(tmp_path).exists()) == ([], False)


def test_without_a_fingerprint_the_system_must_trust_the_certificate(server: FakeControlPlane, mosaicfs: Run) -> None:
    done = mosaicfs("login", server.url, **GIVEN)
    assert (done.returncode, server.asked) == (5, [])


def test_a_login_that_is_refused_leaves_the_one_of_before(
    logged_in: FakeControlPlane, mosaicfs: Run, tmp_path: Path
) -> None:
    before = credentials(tmp_path).read_text()
    other = new_access_key()
    wrong = {"MOSAICFS_ACCESS_KEY_ID": other.access_key_id, "MOSAICFS_SECRET_KEY": other.secret}
    assert mosaicfs("login", logged_in.pinned_url, **wrong).returncode == 5
    assert credentials(tmp_path).read_text() == before


def test_a_login_without_a_terminal_says_where_the_key_may_come_from(server: FakeControlPlane, mosaicfs: Run) -> None:
    done = mosaicfs("login", server.pinned_url)
    assert done.returncode == 2
    assert "MOSAICFS_ACCESS_KEY_ID" in done.stderr


def test_a_person_types_the_secret_and_does_not_see_it(server: FakeControlPlane, surroundings: dict[str, str]) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.execve(PROGRAM, [PROGRAM, "login", server.pinned_url], surroundings)
    shown = b""
    for word in (KEY.access_key_id, KEY.secret):
        while not shown.endswith(b": "):
            shown += os.read(terminal, 1024)
        os.write(terminal, f"{word}\n".encode())
        shown += b" "
    while True:
        try:
            if not (more := os.read(terminal, 1024)):
                break
        except OSError:
            break
        shown += more
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert KEY.secret.encode() not in shown
    assert b"Logged in" in shown


def test_every_request_is_signed_anew_with_its_target_and_its_body(logged_in: FakeControlPlane, mosaicfs: Run) -> None:
    for _ in range(2):
        assert mosaicfs("system", "reindex", "--path", "/a b", "--no-wait").returncode == 0
        assert mosaicfs("api", "GET", "/api/x?q=%C3%A4&b=a+b").returncode == 0
    nonces = [parsed(each.headers["authorization"]).nonce for each in logged_in.asked]
    assert len(set(nonces)) == len(logged_in.asked) == 4
    assert [each.target for each in logged_in.asked[:2]] == ["/api/system/reindex", "/api/x?q=%C3%A4&b=a+b"]


def test_the_socket_of_this_user_comes_before_the_server_of_the_login(
    logged_in: FakeControlPlane, fake_api: Start, mosaicfs: Run
) -> None:
    here = fake_api(lambda *_: {"here": True})
    assert json.loads(mosaicfs("whoami", "--json").stdout) == {"here": True}
    assert (len(here.asked), logged_in.asked) == (1, [])
    assert json.loads(mosaicfs("whoami", "--json", "--server", logged_in.url).stdout) == WHO
    assert json.loads(mosaicfs("whoami", "--json", MOSAICFS_SERVER_URL=logged_in.url).stdout) == WHO


def test_local_never_uses_the_network(logged_in: FakeControlPlane, mosaicfs: Run) -> None:
    for option in (["--local"], ["--local", "--server", logged_in.url]):
        assert mosaicfs("whoami", *option).returncode == 10
    assert mosaicfs("whoami", MOSAICFS_LOCAL="1").returncode == 10
    assert logged_in.asked == []


def test_a_socket_may_be_named(fake_api: Start, mosaicfs: Run, surroundings: dict[str, str]) -> None:
    fake_api(lambda *_: {"here": True})
    path = Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs/api.sock")
    assert json.loads(mosaicfs("whoami", "--json", "--server", f"unix:{path}").stdout) == {"here": True}


def test_who_never_logged_in_is_told_to(server: FakeControlPlane, mosaicfs: Run) -> None:
    done = mosaicfs("nodes", "list", "--server", server.url)
    assert (done.returncode, done.stderr) == (10, f"Log in first: mosaicfs login {server.url}\n")
    done = mosaicfs("nodes", "list", MOSAICFS_AGENT_CONTROL_PLANE_URL=server.url)
    assert (done.returncode, done.stderr) == (10, f"Log in first: mosaicfs login {server.url}\n")
    assert server.asked == []


def test_a_key_of_the_environment_and_a_fingerprint_are_enough(server: FakeControlPlane, mosaicfs: Run) -> None:
    done = mosaicfs("whoami", "--json", "--server", server.pinned_url, **GIVEN)
    assert (json.loads(done.stdout), done.returncode) == (WHO, 0)


def test_a_login_that_others_can_read_is_not_used(logged_in: FakeControlPlane, mosaicfs: Run, tmp_path: Path) -> None:
    credentials(tmp_path).chmod(0o640)
    done = mosaicfs("whoami")
    assert (done.returncode, logged_in.asked) == (11, [])
    assert f"chmod 600 {credentials(tmp_path)}" in done.stderr


def test_logging_out_forgets_the_key_and_the_server(logged_in: FakeControlPlane, mosaicfs: Run, tmp_path: Path) -> None:
    assert mosaicfs("logout", "--dry-run").returncode == 0
    assert credentials(tmp_path).exists()
    assert mosaicfs("logout").returncode == 0
    assert not credentials(tmp_path).exists()
    assert "server_url" not in credentials(tmp_path).with_name("mosaicfs.toml").read_text()
    assert mosaicfs("whoami").returncode == 10
    assert mosaicfs("logout").returncode == 0


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (refusal(401, "clock_skew"), 5),
        (refusal(401, "replayed"), 5),
        (refusal(403, "forbidden"), 5),
        (refusal(421, "misdirected"), 5),
        (refusal(404, "not_found"), 4),
        (refusal(409, "conflict"), 6),
        (refusal(412, "precondition_failed"), 6),
        (refusal(422, "validation_failed"), 2),
        (refusal(502, "source_failed"), 8),
        (refusal(503, "shutting_down"), 10),
        (refusal(504, "timeout"), 9),
        (refusal(500, "internal"), 1),
        (Reply(b"<html>", 502), 8),
    ],
)
def test_a_refusal_becomes_its_exit_code(reply: Reply, code: int, server: FakeControlPlane) -> None:
    server.answer = lambda _: reply
    with api_of(server) as api, pytest.raises(MosaicError) as raised:
        api.get("/api/auth/whoami")
    assert exit_code(raised.value) == code
    assert len(server.asked) == 1


def test_a_connection_that_lay_idle_too_long_is_made_anew(server: FakeControlPlane) -> None:
    """What only asks may be asked twice; what changes something may have been done already."""
    with api_of(server) as api:
        assert api.get("/api/auth/whoami") == WHO
        server.hang_up()
        assert api.get("/api/auth/whoami") == WHO
        server.hang_up()
        with pytest.raises(MosaicError):
            api.post("/api/x", {})


def test_a_server_that_asks_to_wait_is_waited_for(logged_in: FakeControlPlane, mosaicfs: Run) -> None:
    replies = [refusal(429, "rate_limited", **{"Retry-After": "0"}), Reply(WHO)]
    logged_in.answer = lambda _: replies.pop(0)
    assert mosaicfs("whoami").returncode == 0
    signatures = {each.headers["authorization"] for each in logged_in.asked}
    assert len(signatures) == 2


def test_a_wait_that_is_longer_than_we_have_ends_with_9(logged_in: FakeControlPlane, mosaicfs: Run) -> None:
    logged_in.answer = lambda _: refusal(429, "rate_limited", **{"Retry-After": "3600"})
    assert mosaicfs("whoami", "--timeout", "5").returncode == 9
    assert len(logged_in.asked) == 1


def test_nobody_there_is_told_with_10(mosaicfs: Run, tmp_path: Path) -> None:
    with FakeControlPlane(tmp_path / "server", answer).serving() as server:
        assert mosaicfs("login", server.pinned_url, **GIVEN).returncode == 0
    done = mosaicfs("whoami")
    assert done.returncode == 10
    assert server.url in done.stderr


def test_another_server_at_the_old_address_hears_nothing(
    logged_in: FakeControlPlane, mosaicfs: Run, tmp_path: Path
) -> None:
    with FakeControlPlane(tmp_path / "other", answer).serving() as other:
        kept = credentials(tmp_path)
        kept.write_text(kept.read_text().replace(logged_in.url, other.url))
        done = mosaicfs("whoami", "--server", other.url)
        assert (done.returncode, other.asked) == (5, [])


@pytest.mark.parametrize(
    "url", ["http://nas.example.org:8443", "nas.example.org", f"https://nas.example.org#{'x' * 64}"]
)
def test_what_is_no_address_is_wrong_usage(url: str, mosaicfs: Run) -> None:
    assert mosaicfs("whoami", "--server", url, **GIVEN).returncode == 2
    assert mosaicfs("login", url, **GIVEN).returncode == 2
    assert mosaicfs("join", url, MOSAICFS_JOIN_CODE="x").returncode == 2


def test_who_asks_the_socket_pays_nothing_for_the_network(fake_api: Start, surroundings: dict[str, str]) -> None:
    fake_api(lambda *_: {"items": [], "total": 0})
    asked = """
import sys
from mosaicfs_cli.program import run
run(["search", "x"])
print(*sys.modules, sep="\\n", file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", asked], env=surroundings, capture_output=True, text=True, check=True)
    heavy = {"trio", "cryptography", "msgspec", "mosaicfs.services", "mosaicfs.identity", "mosaicfs_cli.server_line"}
    assert heavy & set(done.stderr.split()) == set()
