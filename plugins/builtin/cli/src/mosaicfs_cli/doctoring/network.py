"""The control plane on another machine, and the certificates of this one: reached, proven, in time, in step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from mosaicfs import Server, ask_server, read_address
from mosaicfs.errors import MosaicError, ServerUntrustedError
from mosaicfs_cli.doctoring.check import Check, Status
from mosaicfs_cli.kept_login import Login, read_login
from mosaicfs_cli.reading import number, text

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs import Configured
    from mosaicfs.model.json import JsonObject

TIMEOUT_S = 5.0
SKEW_S, NOTABLE_SKEW_S = 300, 120
WARNED_DAYS = 21
MUCH_LAG_S = 300
_END = "-----END CERTIFICATE-----"
AUTHORITIES = "ca.crt"
CERTIFICATES = ("server.crt", "node_tls.crt")


def check_network(configured: Configured) -> Iterator[Check]:
    yield from _authorities(configured.places.keys_dir)
    for name in CERTIFICATES:
        yield from _certificate(configured.places.keys_dir / name)
    url = configured.settings.agent.control_plane_url or configured.settings.client.server_url
    if not url:
        yield Check("server", "control plane elsewhere", "skip", "this machine asks none")
        return
    try:
        login = read_login(configured.places.config_file)
    except MosaicError as trouble:
        yield Check("login", "login of the commands", "fail", str(trouble), "mosaicfs login URL#FINGERPRINT")
        login = None
    yield from _server(configured, url, login)


def _server(configured: Configured, url: str, login: Login | None) -> Iterator[Check]:
    server = Server(read_address(url), _authority(configured, login))
    began = time.monotonic()
    try:
        told = ask_server(server, "GET", "/api/identity", timeout_s=TIMEOUT_S)
    except ServerUntrustedError as trouble:
        yield Check("server", f"control plane {url}", "ok", "something answers")
        yield Check("tls", "TLS and fingerprint", "fail", str(trouble), "mosaicfs login URL#FINGERPRINT")
        return
    except (MosaicError, OSError) as trouble:
        yield Check("server", f"control plane {url}", "fail", str(trouble), "start it there, or look at the network")
        return
    yield Check("server", f"control plane {url}", "ok", f"{time.monotonic() - began:.2f} s")
    yield _proven(server, text(told, "ca_fingerprint"))
    yield clock(text(told, "time"), time.time())
    yield _lag(configured, server, login)


def _proven(server: Server, signing: str) -> Check:
    """`signing` is the authority that the server names, now that it has proven itself by one that is trusted here."""
    from mosaicfs.identity.authority import fingerprints  # noqa: PLC0415 - only where there is one

    title = "TLS and fingerprint"
    if not server.ca_pem:
        return Check("tls", title, "ok", f"by the trust store of the system; its own authority is {signing}")
    if signing in fingerprints(server.ca_pem):
        return Check("tls", title, "ok", f"by its own authority {signing}")
    trouble = f"another authority signs now, {signing}, and the one that is trusted here vouches for it until its end"
    fix = f"start the agent, which is told of it; or: mosaicfs login {server.url}#{signing}"
    return Check("tls", title, "warn", trouble, fix)


def _authority(configured: Configured, login: Login | None) -> str:
    try:
        return (configured.places.keys_dir / AUTHORITIES).read_text(encoding="ascii")
    except OSError:
        return login.ca if login is not None else ""


def clock(theirs: str, ours: float) -> Check:
    try:
        differs_s = abs(datetime.fromisoformat(theirs).timestamp() - ours)
    except ValueError:
        return Check("clock", "clock", "skip", "the control plane tells no time")
    status: Status = "fail" if differs_s > SKEW_S else "warn" if differs_s > NOTABLE_SKEW_S else "ok"
    fix = "" if status == "ok" else "set the clock that is wrong: timedatectl set-ntp true"
    return Check("clock", "clock", status, f"{differs_s:.0f} s from the control plane's", fix)


def _lag(configured: Configured, server: Server, login: Login | None) -> Check:
    """As the control plane sees this node; only who is logged in may ask."""
    title = "replication lag"
    try:
        node_id = (configured.places.state_dir / "node_id").read_text(encoding="utf-8").strip()
    except OSError:
        return Check("replication", title, "skip", "this machine is no node")
    if login is None:
        return Check("replication", title, "skip", "log in to ask for it", f"mosaicfs login {server.url}#FINGERPRINT")
    try:
        node = _node(server, login, node_id)
    except (MosaicError, OSError) as trouble:
        return Check("replication", title, "warn", str(trouble))
    lag_s = number(node, "replica_lag_s")
    if lag_s is None:
        return Check("replication", title, "skip", "not told yet")
    return Check("replication", title, "warn" if lag_s > MUCH_LAG_S else "ok", f"{lag_s} s")


def _node(server: Server, login: Login, node_id: str) -> JsonObject:
    from mosaicfs_cli.client import Api, segment  # noqa: PLC0415 - only who is logged in needs it
    from mosaicfs_cli.server_line import ServerLine, instance_of, signer_of  # noqa: PLC0415 - as above

    instance = login.instance_id or instance_of(server, TIMEOUT_S)
    with Api(ServerLine(server, signer_of(login), instance), TIMEOUT_S) as api:
        return api.get(f"/api/nodes/{segment(node_id)}")


def _authorities(keys: Path) -> Iterator[Check]:
    """All that are trusted, the one that signs first; the one that lasts longest says whether there is time."""
    from mosaicfs.identity.authority import days_left, fingerprints  # noqa: PLC0415 - only where there is one

    title = f"certificate {AUTHORITIES}"
    try:
        each = [f"{pem}{_END}\n" for pem in (keys / AUTHORITIES).read_text(encoding="ascii").split(_END) if pem.strip()]
        days = [days_left(pem) for pem in each]
    except FileNotFoundError:
        return
    except (OSError, ValueError) as trouble:
        yield Check("certificate", f"certificate {keys / AUTHORITIES}", "fail", str(trouble), "put back ca.crt")
        return
    is_ours = (keys / "ca.key").exists()
    status: Status = "fail" if max(days) < 0 else "warn" if max(days) < WARNED_DAYS else "ok"
    fix = "start the server, which makes the next one" if is_ours else "mosaicfs join, with a new line, and --rejoin"
    told = [f"{_lasts(left)}, fingerprint {''.join(fingerprints(pem))}" for left, pem in zip(days, each, strict=True)]
    yield Check("certificate", title, status, "; and ".join(told), "" if status == "ok" else fix)


def _lasts(days: float) -> str:
    return f"good for {days:.0f} days" if days >= 0 else "its time is over"


def _certificate(path: Path) -> Iterator[Check]:
    from mosaicfs.identity.authority import days_left  # noqa: PLC0415 - only where there is one

    try:
        days = days_left(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as trouble:
        yield Check("certificate", f"certificate {path}", "fail", str(trouble), "mosaicfs server renew-certificate")
        return
    status: Status = "fail" if days < 0 else "warn" if days < WARNED_DAYS else "ok"
    again = "mosaicfs server renew-certificate" if path.name == "server.crt" else "start the agent; it renews its own"
    yield Check("certificate", f"certificate {path.name}", status, _lasts(days), "" if status == "ok" else again)
