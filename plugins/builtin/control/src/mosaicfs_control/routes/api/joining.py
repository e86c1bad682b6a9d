"""Machines that join: invitations, and the one call by which a machine becomes a node or takes new keys."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mosaicfs.identity.certificates import BadCertificateRequestError
from mosaicfs.model.node import Node
from mosaicfs.model.times import now_text, time_text
from mosaicfs_control.admission import Admission, Newcomer, NodeKeys, Proof, enabled_node
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.auth.join_codes import LONGEST_S, SHORTEST_S, USUAL_S, JoinCode
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.own_url import joining_url, own_url
from mosaicfs_control.rest.refusals import ApiError, invalid, not_found, unauthorized
from mosaicfs_control.rest.routing import Call, Routes

routes = Routes()

SCHEME = "MOSAICFS-JOIN"
PROOF = "mosaicfs-proof"
TARGET = "/api/nodes"

PublicKey = Annotated[str, Meta(pattern=r"^ed25519:[A-Za-z0-9_-]{43}$", description="`ed25519:` and 43 characters.")]
SealingKey = Annotated[str, Meta(pattern=r"^x25519:[A-Za-z0-9_-]{43}$", description="`x25519:` and 43 characters.")]
Csr = Annotated[str, Meta(max_length=8_192, description="Certificate request for a P-256 key, as PEM.")]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Joining(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`node_id` is a wish, or what the code is bound to. A node that comes back keeps the directory it has."""

    friendly_name: Name
    platform: Literal["linux", "darwin", "windows"]
    public_key: PublicKey
    sealing_key: SealingKey
    csr: Csr
    node_id: Annotated[str, Meta(max_length=63)] = ""
    create_directory: bool = True


class Joined(Struct, frozen=True, kw_only=True):
    node_id: str
    instance_id: str
    control_plane_key: str
    ca_certificates: list[str]
    certificate: str
    replication_url: str
    server_time: str


class Invitation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`node_id`: the node that comes back with new keys; without one the code is for a new node."""

    node_id: str | None = None
    expires_in_s: Annotated[int, Meta(ge=SHORTEST_S, le=LONGEST_S)] = USUAL_S


class OpenCode(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    created_by: str
    expires_at: str
    node_id: str | None = None


class OpenCodes(Struct, frozen=True):
    items: list[OpenCode]
    total: int
    limit: int
    offset: int


class NewCode(Struct, frozen=True, kw_only=True):
    """`code` is shown once; `join_url` holds no secret."""

    id: str
    code: str
    join_url: str
    expires_at: str


@routes.on("GET", "/api/nodes/join-codes", answer=OpenCodes, access="full")
async def join_codes(call: Call, query: NoQuery) -> Ready:
    """List invitations that are open."""
    items = [_shown(one) for one in call.instance.auth.join_codes.list()]
    return json_answer(OpenCodes(items, len(items), len(items), 0))


@routes.on(
    "POST",
    "/api/nodes/join-codes",
    body=Invitation,
    answer=NewCode,
    errors=("not_found", "conflict"),
    secret_of="id",  # noqa: S106 - the name of a member
    status=201,
)
async def invite(call: Call, query: NoQuery) -> Ready:
    """Make an invitation: a code that lets one machine join, or one node come back with new keys."""
    asked = await call.body(Invitation)
    if asked.node_id is not None and await enabled_node(call.store, asked.node_id) is None:
        raise not_found(f"An enabled node {asked.node_id[:100]}")
    made = await call.instance.auth.join_codes.create(
        call.principal.name, node_id=asked.node_id, expires_in_s=asked.expires_in_s
    )
    noted(call, "join_code_created", asked.node_id or "", detail={"id": made.open.id})
    url = f"{joining_url(call)}#{call.instance.authority.fingerprint}"
    return json_answer(NewCode(id=made.open.id, code=made.code, join_url=url, expires_at=_time(made.open)), 201)


@routes.on("DELETE", "/api/nodes/join-codes/{id}", errors=("not_found",))
async def withdraw_code(call: Call, query: NoQuery) -> Ready:
    """Take an invitation back."""
    if not await call.instance.auth.join_codes.delete(call.path["id"]):
        raise not_found("This join code")
    return Ready(status=204)


@routes.on(
    "POST",
    "/api/nodes",
    body=Joining,
    answer=Joined,
    errors=("unauthorized", "clock_skew", "forbidden", "conflict", "rate_limited"),
    access="public",
    status=201,
)
async def join(call: Call, query: NoQuery) -> Ready:
    """Become a node of this instance, with a join code or an access key of scope full, and a proof of the key."""
    code = _code(call)
    if code is None and not call.principal.may_change:
        raise unauthorized() if call.principal.kind == "nobody" else _needs_full()
    asked = await call.body(Joining)
    await _prove(call, asked.public_key, code)
    async with call.instance.reception.joining:
        return await _admitted(call, asked, code)


async def _admitted(call: Call, asked: Joining, code: str | None) -> Ready:
    codes, spent = call.instance.auth.join_codes, None
    if code is not None and (spent := await codes.spend(code)) is None:
        raise _refused(call, "the code is unknown, used or expired")
    try:
        node, certificate = await _registered(call, asked, spent)
    except Exception:
        if spent is not None:
            await codes.give_back(spent)
        raise
    joined = Joined(
        node_id=node.node_id,
        instance_id=call.instance.auth.instance_id,
        control_plane_key=call.instance.reception.control_plane_key,
        ca_certificates=list(call.instance.authority.trusted_pem),
        certificate=certificate,
        replication_url=f"{own_url(call)}/api/replication/mosaicfs",
        server_time=now_text(call.instance.reception.clock),
    )
    return json_answer(joined, 201, {"location": f"/api/nodes/{node.node_id}"})


async def _registered(call: Call, asked: Joining, spent: JoinCode | None) -> tuple[Node, str]:
    auth, bound = call.instance.auth, spent.node_id if spent is not None else None
    if bound is not None and asked.node_id not in ("", bound):
        raise invalid("node_id", f"the join code is for {bound}")
    admission, keys = (
        Admission(call.store, call.instance.reception.clock),
        NodeKeys(asked.public_key, asked.sealing_key),
    )
    certified(call, asked.csr, bound or asked.node_id or "node-new")  # before anything is written
    if bound is not None:
        node = await admission.change_keys(bound, keys)
    else:
        node = await admission.admit(Newcomer(asked.friendly_name, asked.platform, keys, asked.node_id))
        if asked.create_directory:
            await call.instance.reception.kernel.directories.show_node(node.node_id, node.friendly_name)
    certificate = await issued(call, asked.csr, node.node_id)
    await auth.nodes.refresh(node.node_id)
    noted(call, "node_keys_changed" if bound else "node_joined", node.node_id, detail={"platform": asked.platform})
    tell_joined(call, node, is_new=bound is None)
    return node, certificate


def certified(call: Call, csr: str, node_id: str) -> str:
    """`ApiError` 422 for a request that cannot be certified."""
    try:
        return call.instance.authority.node_certificate(csr, node_id)
    except BadCertificateRequestError as cause:
        raise invalid("csr", str(cause)) from None


async def issued(call: Call, csr: str, node_id: str) -> str:
    """A new certificate, remembered until it ends."""
    certificate, issuer = certified(call, csr, node_id), call.instance.authority.fingerprint
    await call.instance.reception.certificates.issued(node_id, certificate, issuer)
    noted(call, "certificate_issued", node_id)
    return certificate


def tell_joined(call: Call, node: Node, *, is_new: bool) -> None:
    what = "joined this instance" if is_new else "has new keys"
    message = (
        f"“{node.friendly_name}” ({node.node_id}) {what}, from {call.source or 'this machine'}. If that was not you, "
        "disable it at once. Secrets of plugins that it shares must be entered again: nobody else can open them."
    )
    notices, key = call.instance.reception.notices, f"new_node_registered:{node.node_id}"
    if notices.holds(key):
        notices.clear(key)  # another episode, to be acknowledged for itself
    notices.observe(key, "info", f"{node.friendly_name} {what}", message)


async def _prove(call: Call, public_key: str, code: str | None) -> None:
    header = call.headers.get(PROOF)
    if header is None:
        raise ApiError("invalid_request", "MosaicFS-Proof is missing: who joins proves the key that it registers.")
    target = TARGET + (f"?{call.query_string.decode('latin-1')}" if call.query_string else "")
    auth = call.instance.auth
    proof = Proof(auth.instance_id, call.instance.reception.clock)
    if proof.check(header, public_key, "POST", target, await call.incoming.raw()) is not None:
        return
    if code is not None:
        await auth.join_codes.wrong_proof(code)
    raise _refused(call, "the proof does not fit the key")


def _refused(call: Call, why: str) -> ApiError:
    noted(call, "join_refused", result="refused", detail={"reason": why})
    return unauthorized()


def _needs_full() -> ApiError:
    return ApiError("forbidden", "To let a node join takes a join code or an access key of scope full.")


def _code(call: Call) -> str | None:
    """None where no code is presented, whatever is in it."""
    scheme, _, rest = call.headers.get("authorization", "").partition(" ")
    name, _, code = rest.strip().partition("=")
    return code if scheme == SCHEME and name == "Code" else "" if scheme == SCHEME else None


def _shown(code: JoinCode) -> OpenCode:
    return OpenCode(id=code.id, created_by=code.created_by, expires_at=_time(code), node_id=code.node_id)


def _time(code: JoinCode) -> str:
    return time_text(int(code.expires_at * 1_000_000))
