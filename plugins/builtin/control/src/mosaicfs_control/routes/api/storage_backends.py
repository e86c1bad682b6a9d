"""Storage backends: places outside the nodes that files come from or go to. Each is run by the node that hosts it."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mosaicfs.errors import DirectoryExistsError, NotShownError
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.directory import Mount, MountSource
from mosaicfs.model.document import Document
from mosaicfs.model.ids import new_uuid, node_doc_id, prefix_of, status_id, storage_backend_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.node import Node
from mosaicfs.model.noun import Count, Noun, written, written_object
from mosaicfs.model.questions import FilesUnder
from mosaicfs.model.storage_backend import BackendMode, Retention, StorageBackend, Verify
from mosaicfs.model.store import IdRange
from mosaicfs.model.times import now_text
from mosaicfs.model.tree import Draft
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.backend_rules import require_sound
from mosaicfs_control.rest.backend_secrets import drop_secrets, own_ref, seal_secrets, set_secrets
from mosaicfs_control.rest.changing import change
from mosaicfs_control.rest.documents_found import nouns_within
from mosaicfs_control.rest.given_directories import given
from mosaicfs_control.rest.lists import Page, page_answer
from mosaicfs_control.rest.objects import object_of
from mosaicfs_control.rest.patching import patch_of, patched
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.starting import require_enabled
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()

_ALL = IdRange(prefix_of("storage_backend"), storage_backend_id("\U0010ffff"))

_WINDOW = r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d"
Windows = Annotated[
    str,
    Meta(
        pattern=rf"^{_WINDOW}(, ?{_WINDOW})*$",
    ),
]
Secret = Annotated[str, Meta(max_length=65_536)]


class NewBackendQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    create_directory: Annotated[
        bool, Meta(description="For a source: whether a directory below /nodes that shows it is made.")
    ] = True


class RemoveBackendQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    force: Annotated[bool, Meta(description="Also one whose files are indexed: they leave the index.")] = False


class NewBackend(Noun, frozen=True, kw_only=True):
    """`secrets` are sealed for the hosting node and never shown; `backend_config` holds none."""

    name: str
    backend: str
    mode: BackendMode
    enabled: bool = written(True)
    hosting_node_id: str | None = None
    credentials_ref: str | None = None
    backend_config: JsonObject = written_object()
    secrets: dict[str, Secret] = written_object()  # type: ignore[assignment]  # read as what it is declared
    schedule: Windows | None = None
    poll_interval_s: Count | None = None
    full_interval_s: Count | None = None
    bandwidth_limit_mbps: Count | None = None
    workers: Count | None = None
    verify: Verify | None = None
    place: str | None = None
    retention: Retention = written(Retention())
    remove_unmatched: bool = written(False)


class BackendPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All but its name and type. `secrets` that are not named stay; null takes one out."""

    mode: BackendMode | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    hosting_node_id: str | UnsetType | None = UNSET
    credentials_ref: str | UnsetType | None = UNSET
    backend_config: dict[str, Any] | UnsetType = UNSET
    secrets: dict[str, Secret | None] | UnsetType = UNSET
    schedule: Windows | UnsetType | None = UNSET
    poll_interval_s: Count | UnsetType | None = UNSET
    full_interval_s: Count | UnsetType | None = UNSET
    bandwidth_limit_mbps: Count | UnsetType | None = UNSET
    workers: Count | UnsetType | None = UNSET
    verify: dict[str, Any] | UnsetType | None = UNSET
    place: str | UnsetType | None = UNSET
    retention: dict[str, Any] | UnsetType = UNSET
    remove_unmatched: bool | UnsetType = UNSET


class ShownBackend(StorageBackend, frozen=True, kw_only=True, tag_field="type", tag="storage_backend"):
    """`secrets` that are set show as `__REDACTED__`; `live` is what the hosting node told last, null before that."""

    secrets: dict[str, str]
    live: dict[str, Any] | None


class TriedStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`reason` and `message` are of the step that failed, which is the last one."""

    step: Literal["secrets", "list", "read"]
    ok: bool
    took_ms: int
    files: Annotated[int | None, Meta(description="Files that were listed.")] = None
    is_all: bool | None = None
    bytes: int | None = None
    path: str | None = None
    reason: str | None = None
    message: str | None = None


class Tried(Struct, frozen=True, kw_only=True):
    ok: bool
    steps: list[TriedStep]


@routes.on("GET", "/api/storage-backends", Page, answer=ShownBackend, from_replica=True)
async def storage_backends(call: Call, query: Page) -> Ready:
    """List places outside the nodes that files come from or go to, and how each fares."""
    tag = await list_tag(call)
    found = await nouns_within(call.store, _ALL, StorageBackend)
    page = found[query.offset : query.offset + query.limit]
    return page_answer([await _shown(call, *each) for each in page], query, len(found), tag)


@routes.on("GET", "/api/storage-backends/{name}", answer=ShownBackend, errors=("not_found",), from_replica=True)
async def one_backend(call: Call, query: NoQuery) -> Ready:
    """Show one storage backend, and how it fares."""
    return await _answer(call, await call.store.get(storage_backend_id(call.path["name"])))


@routes.on(
    "POST",
    "/api/storage-backends",
    NewBackendQuery,
    body=NewBackend,
    answer=ShownBackend,
    status=201,
    errors=("conflict",),
)
async def add_backend(call: Call, query: NewBackendQuery) -> Ready:
    """Add a place that files come from or go to. Its node takes it up by itself."""
    asked = await given(call, NewBackend)
    members = {name: value for name, value in structs.asdict(asked).items() if name not in {"unknown", "secrets"}}
    backend = StorageBackend(**members, created_at=now_text())
    if asked.secrets and backend.credentials_ref is None:
        backend = structs.replace(backend, credentials_ref=own_ref(backend.backend, backend.name))
    await require_sound(call, backend)
    doc_id = storage_backend_id(backend.name)

    def decide(before: StorageBackend | None) -> StorageBackend:
        if before is not None:
            message = f"There is a storage backend {backend.name} already. Choose another name, or change that one."
            raise ApiError("conflict", message, {"reason": "exists"})
        return backend

    if noun_of(await call.store.get(doc_id), StorageBackend) is not None:
        decide(backend)
    if asked.secrets:
        await seal_secrets(call, backend, asked.secrets)
    document = await change(call, doc_id, StorageBackend, decide, _plain)
    noted(call, "settings_changed", doc_id, detail={"fields": ["storage_backend"]})
    if query.create_directory and backend.mode != "target":
        await _show_in_tree(call, backend)
    return await _answer(call, document, 201, {"location": f"/api/storage-backends/{backend.name}"})


@routes.on(
    "PATCH",
    "/api/storage-backends/{name}",
    body=BackendPatch,
    answer=ShownBackend,
    errors=("not_found", "precondition_failed"),
)
async def change_backend(call: Call, query: NoQuery) -> Ready:
    """Change a storage backend; what its node has under way ends with what held before."""
    patch = await patch_of(call, BackendPatch)
    doc_id = storage_backend_id(call.path["name"])
    secrets = patch.get("secrets")
    plain = {name: value for name, value in patch.items() if name != "secrets"}
    before = _known(call, noun_of(await call.store.get(doc_id), StorageBackend))
    if secrets and before.credentials_ref is None and not plain.get("credentials_ref"):
        plain["credentials_ref"] = own_ref(before.backend, before.name)
    after = patched(doc_id, before, plain)
    await require_sound(call, after)
    if isinstance(secrets, dict) and secrets:
        await seal_secrets(call, after, secrets)

    def decide(found: StorageBackend | None) -> StorageBackend:
        return patched(doc_id, _known(call, found), plain)

    document = await change(call, doc_id, StorageBackend, decide, _plain)
    noted(call, "settings_changed", doc_id, detail={"fields": sorted(patch)})
    return await _answer(call, document)


@routes.on(
    "DELETE",
    "/api/storage-backends/{name}",
    RemoveBackendQuery,
    errors=("not_found", "precondition_failed", "backend_in_use"),
)
async def remove_backend(call: Call, query: RemoveBackendQuery) -> Ready:
    """Remove a storage backend. Nothing is changed at its service; its files leave the index."""
    doc_id = storage_backend_id(call.path["name"])
    backend = _known(call, noun_of(await call.store.get(doc_id), StorageBackend))
    files = await _files_of(call, backend)
    if files and not query.force:
        message = f"{files:,} files of {backend.name} are indexed. Add force=true: they leave the index, nothing else."
        raise ApiError("backend_in_use", message, {"files": files})

    def removed(before: StorageBackend | None) -> None:
        _known(call, before)

    await change(call, doc_id, StorageBackend, removed, _plain)
    await drop_secrets(call, backend)
    noted(call, "settings_changed", doc_id, detail={"fields": ["removed"]})
    return Ready(status=204)


@routes.on(
    "POST",
    "/api/storage-backends/{name}/test",
    answer=Tried,
    errors=("not_found", "conflict", "not_supported", "timeout", "source_failed"),
)
async def try_backend(call: Call, query: NoQuery) -> Ready:
    """Let the node that runs it sign in, list a page and read a few bytes. Nothing is indexed."""
    backend = _known(call, noun_of(await call.store.get(storage_backend_id(call.path["name"])), StorageBackend))
    node = noun_of(await call.store.get(node_doc_id(backend.hosting_node_id or "")), Node)
    if node is None:
        raise ApiError("not_supported", f"{backend.name} has no node that runs it; give it a hosting_node_id.")
    require_enabled(node)
    requests, job_id = call.instance.reception.requests, new_uuid()
    await requests.ask(node.node_id, job_id, "backend_test", {"backend": backend.name})
    report = await requests.answer_of(node.node_id, job_id)
    if report.state == "failed" or not report.result:
        raise ApiError("source_failed", "; ".join(report.errors) or f"{node.friendly_name} could not try it.")
    return json_answer(report.result)


# --- what there is -------------------------------------------------------------------------------------------------


async def _answer(
    call: Call, document: Document | None, status: int = 200, headers: dict[str, str] | None = None
) -> Ready:
    backend = _known(call, noun_of(document, StorageBackend))
    assert document is not None
    body = await _shown(call, document, backend)
    return Ready(body, status, {"etag": object_tag(document.rev, body), **(headers or {})})


async def _shown(call: Call, document: Document, backend: StorageBackend) -> bytes:
    return object_of(document, {"secrets": await set_secrets(call, backend), "live": await _live(call, backend)})


async def _live(call: Call, backend: StorageBackend) -> JsonObject | None:
    status = noun_of(await call.store.get(status_id(backend.hosting_node_id or "")), AgentStatus)
    part = None if status is None else status.subsystems.get("storage_backends")
    items = None if part is None else part.unknown.get("items")
    found = items if isinstance(items, list | tuple) else ()
    return next((each for each in found if isinstance(each, dict) and each.get("name") == backend.name), None)


async def _files_of(call: Call, backend: StorageBackend) -> int:
    if backend.mode == "target" or backend.hosting_node_id is None:
        return 0
    return (await call.store.tally(FilesUnder(backend.hosting_node_id, f"/{backend.name}"))).documents


async def _show_in_tree(call: Call, backend: StorageBackend) -> None:
    """Somebody's own directory of that name stays as it is; without `/nodes` nothing is shown."""
    source = MountSource(node_id=backend.hosting_node_id, export_path=f"/{backend.name}")
    mount = Mount(mount_id="", source=source, strategy="prefix_replace")
    with suppress(DirectoryExistsError, NotShownError):
        await call.kernel.directories.create(f"/nodes/{backend.name}", Draft(mounts=(mount,)))


def _known(call: Call, backend: StorageBackend | None) -> StorageBackend:
    if backend is None:
        name = call.path.get("name", "")
        raise not_found(f"The storage backend {name[:100]}")
    return backend


def _plain(document: Document) -> bytes:
    return object_of(document, {})
