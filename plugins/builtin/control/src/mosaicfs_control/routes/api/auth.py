"""Signing in and out, and who one is."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from mosaicfs.model.times import time_text
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.auth.login import LoggedIn
from mosaicfs_control.auth.principal import Principal
from mosaicfs_control.auth.sessions import Session
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.own_url import own_url
from mosaicfs_control.rest.refusals import invalid
from mosaicfs_control.rest.routing import Call, Routes

routes = Routes()

DATABASE = "/api/replication/mosaicfs"


class LoginForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`access_key_id` and `secret_key`, or `login_code` alone."""

    access_key_id: Annotated[str, Meta(max_length=200)] = ""
    secret_key: Annotated[str, Meta(max_length=200)] = ""
    login_code: Annotated[str, Meta(max_length=200)] = ""


class LogoutQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    all: Annotated[bool, Meta(description="Every token of this access key, on every machine.")] = False


class Whoami(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`owner` is whoever the operating system says runs this server."""

    kind: Literal["access_key", "owner", "node"]
    access_key_id: str | None = None
    name: str
    scope: str
    last_seen: str | None
    expires_at: str | None = None


class ReplicationSession(Struct, frozen=True, kw_only=True):
    """For `Authorization: MOSAICFS-SESSION`, on the replication protocol alone. `database_id` is that of the system's
    info, so that nobody has to ask for it before the first pull.
    """

    token: str
    expires_at: str
    database_id: str
    database: str = msgspec.field(default_factory=lambda: DATABASE)


class SignedIn(Struct, frozen=True, kw_only=True):
    token: str
    expires_at: str
    replication: ReplicationSession
    principal: Whoami


class LoginCode(Struct, frozen=True, kw_only=True):
    """`url` opens the web page signed in, once."""

    code: str
    url: str
    expires_at: str


@routes.on(
    "POST",
    "/api/auth/login",
    body=LoginForm,
    answer=SignedIn,
    errors=("unauthorized", "rate_limited"),
    access="public",
    secret_of="expires_at",  # noqa: S106 - the name of a member
)
async def login(call: Call, query: NoQuery) -> Ready:
    """Sign in with an access key, or with a one-time code."""
    form, auth = await call.body(LoginForm), call.instance.auth
    if form.login_code:
        if form.access_key_id or form.secret_key:
            raise invalid("login_code", "stands alone")
        done = await auth.login.by_code(form.login_code, source=call.source)
    else:
        done = await auth.login.by_key(form.access_key_id, form.secret_key, source=call.source)
    return json_answer(await _signed_in(call, done))


@routes.on(
    "POST",
    "/api/auth/login-codes",
    answer=LoginCode,
    errors=("forbidden", "rate_limited"),
    secret_of="expires_at",  # noqa: S106 - the name of a member
    status=201,
)
async def create_login_code(call: Call, query: NoQuery) -> Ready:
    """Make a one-time link that signs a browser in as you."""
    made = call.instance.auth.login_codes.create(call.principal)
    noted(call, "login_code_created")
    url = f"{own_url(call)}/#code={made.code}"
    return json_answer(LoginCode(code=made.code, url=url, expires_at=_text(made.expires_at)), 201)


@routes.on("POST", "/api/auth/logout", LogoutQuery, access="read")
async def logout(call: Call, query: LogoutQuery) -> Ready:
    """Sign out: the token, and every session, stream and download that was made from it."""
    await call.instance.auth.login.logout(call.principal, everywhere=query.all, source=call.source)
    return Ready(status=204)


@routes.on("GET", "/api/auth/whoami", answer=Whoami)
async def whoami(call: Call, query: NoQuery) -> Ready:
    """Say who you are to this server."""
    return json_answer(_who(call, call.principal))


@routes.on(
    "POST",
    "/api/auth/replication-session",
    answer=ReplicationSession,
    errors=("forbidden",),
    access="read",
    secret_of="expires_at",  # noqa: S106 - the name of a member
)
async def create_replication_session(call: Call, query: NoQuery) -> Ready:
    """Take a token for the replication protocol, for a browser that has signed in."""
    return json_answer(await _session(call, await call.instance.auth.sessions.create(call.principal)))


async def _signed_in(call: Call, done: LoggedIn) -> SignedIn:
    return SignedIn(
        token=done.token,
        expires_at=_text(done.expires_at),
        replication=await _session(call, done.replication),
        principal=_who(call, done.principal),
    )


async def _session(call: Call, session: Session) -> ReplicationSession:
    info = await call.store.info()
    return ReplicationSession(token=session.token, expires_at=_text(session.expires_at), database_id=info.database_id)


def _who(call: Call, principal: Principal) -> Whoami:
    expires_at = None if principal.expires_at is None else _text(principal.expires_at)
    key = call.instance.auth.credentials.get(principal.name) if principal.kind == "access_key" else None
    if key is None:
        return Whoami(kind="owner", name="owner", scope=principal.scope, last_seen=None, expires_at=expires_at)
    return Whoami(
        kind="access_key",
        access_key_id=key.access_key_id,
        name=key.name,
        scope=principal.scope,
        last_seen=key.last_seen,
        expires_at=expires_at,
    )


def _text(seconds: float) -> str:
    return time_text(int(seconds * 1_000_000))
