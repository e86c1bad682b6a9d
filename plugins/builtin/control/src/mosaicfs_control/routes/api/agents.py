"""What nodes call: they report, hand in documents of their own, and take what they need to trust each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from mosaicfs import wire
from mosaicfs.errors import ConflictError, MalformedDocumentError
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.document import Document, Written
from mosaicfs.model.heartbeat import Heartbeat
from mosaicfs.model.ids import kind_of, status_id, utilization_id
from mosaicfs.model.node import Node
from mosaicfs.model.noun import Noun
from mosaicfs.model.questions import NodesByStatus
from mosaicfs.model.role import node_role
from mosaicfs.model.utilization import UtilizationSnapshot
from mosaicfs_control.admission import Admission, NodeKeys, Proof
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.reception import HeartbeatAnswer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.reading import nouns_of
from mosaicfs_control.rest.refusals import ApiError, invalid
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.routes.api.joining import PROOF, Csr, PublicKey, SealingKey, issued, tell_joined

routes = Routes()

_N = TypeVar("_N", bound=Noun)

MOST_DOCUMENTS = 1_000
MOST_TRIES = 5
KEYS_TARGET = "/api/agent/keys"

_CODES = {"doc_validation": "validation_failed", "document_too_large": "too_large", "forbidden": "forbidden"}


class Docs(Struct, frozen=True, forbid_unknown_fields=True):
    """Documents of files, with `_id`; one without `_rev` replaces what is there."""

    docs: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=MOST_DOCUMENTS)]


class RowError(Struct, frozen=True):
    code: str
    message: str


class Row(Struct, frozen=True, omit_defaults=True):
    """`file_id` is empty where the document names none."""

    file_id: str
    ok: bool
    error: RowError | None = None


class Rows(Struct, frozen=True):
    items: list[Row]
    ok_count: int
    error_count: int


class TrustedNode(Struct, frozen=True):
    node_id: str
    public_key: str
    enabled: bool
    endpoint: str


class TrustList(Struct, frozen=True):
    """Whom a node may believe, for one whose replica is behind."""

    nodes: list[TrustedNode]
    control_plane_key: str


class CertificateRequest(Struct, frozen=True, forbid_unknown_fields=True):
    csr: Csr


class NewKeys(Struct, frozen=True, forbid_unknown_fields=True):
    public_key: PublicKey
    sealing_key: SealingKey
    csr: Csr


class Certified(Struct, frozen=True):
    certificate: str
    ca_certificates: list[str]


@routes.on("POST", "/api/agent/heartbeat", body=Heartbeat, answer=HeartbeatAnswer, errors=("forbidden",), access="node")
async def heartbeat(call: Call, query: NoQuery) -> Ready:
    """Report how the node is, every half minute."""
    beat = await _noun(call, Heartbeat)
    _require_own(call, beat.node_id)
    answer = await call.instance.reception.receive(beat, call.instance.authority)
    return json_answer(answer)


@routes.on("POST", "/api/agent/files/bulk", body=Docs, answer=Rows, errors=("forbidden",), access="node")
async def hand_in_files(call: Call, query: NoQuery) -> Ready:
    """Hand in documents of the node's files: good ones are kept, bad ones named."""
    rows: list[Row] = []
    read: list[Document] = []
    for raw in (await call.body(Docs)).docs:
        try:
            read.append(_file_document(raw))
        except MalformedDocumentError as cause:
            rows.append(Row(cause.doc_id, False, RowError("validation_failed", str(cause))))
    for written in await _upsert(call, read):
        error = None if not written.error else RowError(_code_of(written), written.reason or written.error)
        rows.append(Row(written.id, error is None, error))
    good = sum(row.ok for row in rows)
    return json_answer(Rows(rows, good, len(rows) - good))


@routes.on("POST", "/api/agent/status", body=AgentStatus, errors=("forbidden",), access="node")
async def hand_in_status(call: Call, query: NoQuery) -> Ready:
    """Hand in the status document of the node."""
    status = await _noun(call, AgentStatus)
    _require_own(call, status.node_id)
    return await _keep(call, status_id(status.node_id), status)


@routes.on("POST", "/api/agent/utilization", body=UtilizationSnapshot, errors=("forbidden",), access="node")
async def hand_in_utilization(call: Call, query: NoQuery) -> Ready:
    """Hand in how full the node's file systems were at one hour."""
    snapshot = await _noun(call, UtilizationSnapshot)
    _require_own(call, snapshot.node_id)
    return await _keep(call, utilization_id(snapshot.node_id, snapshot.captured_at), snapshot)


@routes.on("GET", "/api/agent/credentials", answer=TrustList, errors=("forbidden",), access="node")
async def trust_list(call: Call, query: NoQuery) -> Ready:
    """List whom nodes may believe: each node's key, and the key of the control plane."""
    nodes = [node for _, node in await nouns_of(call.store, NodesByStatus(), Node)]
    trusted = [
        TrustedNode(
            node_id=node.node_id,
            public_key=node.public_key,
            enabled=node.status != "disabled",
            endpoint="" if node.transfer is None else node.transfer.endpoint,
        )
        for node in nodes
        if node.public_key
    ]
    return json_answer(TrustList(trusted, call.instance.reception.control_plane_key))


@routes.on(
    "POST", "/api/agent/certificate", body=CertificateRequest, answer=Certified, errors=("forbidden",), access="node"
)
async def renew_certificate(call: Call, query: NoQuery) -> Ready:
    """Take a new certificate for the name of this node."""
    asked = await call.body(CertificateRequest)
    certificate = await issued(call, asked.csr, call.principal.name)
    return json_answer(Certified(certificate, list(call.instance.authority.trusted_pem)))


@routes.on(
    "POST",
    KEYS_TARGET,
    body=NewKeys,
    answer=Certified,
    errors=("unauthorized", "clock_skew", "forbidden", "conflict"),
    access="node",
)
async def change_keys(call: Call, query: NoQuery) -> Ready:
    """Take new keys for this node: signed with the old one, and the proof with the new one."""
    asked = await call.body(NewKeys)
    auth, node_id = call.instance.auth, call.principal.name
    target = KEYS_TARGET + (f"?{call.query_string.decode('latin-1')}" if call.query_string else "")
    proof = Proof(auth.instance_id, call.instance.reception.clock)
    header = call.headers.get(PROOF)
    if header is None:
        raise ApiError("invalid_request", "MosaicFS-Proof is missing: it proves the new key.")
    if proof.check(header, asked.public_key, "POST", target, await call.incoming.raw()) is None:
        noted(call, "join_refused", node_id, result="refused", detail={"reason": "the proof does not fit the key"})
        raise ApiError("unauthorized", "MosaicFS-Proof does not fit the new key. The old keys stay.")
    async with call.instance.reception.joining:
        certificate = await issued(call, asked.csr, node_id)
        admission = Admission(call.store, call.instance.reception.clock)
        node = await admission.change_keys(node_id, NodeKeys(asked.public_key, asked.sealing_key))
        await auth.nodes.refresh(node_id)
    noted(call, "node_keys_changed", node_id)
    tell_joined(call, node, is_new=False)
    return json_answer(Certified(certificate, list(call.instance.authority.trusted_pem)))


async def _noun(call: Call, kind: type[_N]) -> _N:
    """What a newer node says beside is kept."""
    raw = await call.incoming.json(msgspec.Raw)
    try:
        return wire.decode_as(kind, "the body", bytes(raw))
    except MalformedDocumentError as cause:
        raise invalid(cause.field, cause.trouble) from None


def _require_own(call: Call, node_id: str) -> None:
    if node_id != call.principal.name:
        noted(call, "foreign_write_refused", node_id, result="refused")
        raise ApiError("forbidden", f"{call.principal.name} reports for itself, not for {node_id[:100]}.")


def _file_document(raw: msgspec.Raw) -> Document:
    document = wire.document_from_json(raw)
    if kind_of(document.id) != "file":
        raise MalformedDocumentError(document.id, "_id", "is not the id of a file")
    if document.path or document.deleted:
        raise MalformedDocumentError(document.id, "", "is a replicated revision or a tombstone, which go elsewhere")
    return document


async def _keep(call: Call, doc_id: str, noun: Noun) -> Ready:
    (row,) = await _upsert(call, [Document(doc_id, "", wire.encode(noun))])
    if row.error == "conflict":
        raise ConflictError(doc_id)
    if row.error:
        raise ApiError(_code_of(row), f"This cannot be stored: {row.reason}.")
    return Ready(status=204)


async def _upsert(call: Call, documents: Sequence[Document]) -> list[Written]:
    """One row each, in order. Who names no revision means the one that is there, whoever was quicker."""
    rows: dict[int, Written] = {}
    left = dict(enumerate(documents))
    for _ in range(MOST_TRIES):
        if not left:
            break
        present = await call.store.get_many([document.id for document in left.values()])
        batch = [
            document if document.rev or there is None else document._replace(rev=there.rev)
            for document, there in zip(left.values(), present, strict=True)
        ]
        written = await call.store.write(batch, writer=node_role(call.principal.name))
        rows.update(zip(left, written, strict=True))
        left = {at: documents[at] for at in left if rows[at].error == "conflict" and not documents[at].rev}
    return [rows[at] for at in range(len(documents))]


def _code_of(row: Written) -> str:
    return _CODES.get(row.error, "conflict")
