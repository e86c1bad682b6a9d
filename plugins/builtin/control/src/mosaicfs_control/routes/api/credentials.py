"""Access keys of people and scripts. A secret leaves once, in the answer that makes it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from mosaicfs.model.credential import Credential
from mosaicfs.model.document import Document
from mosaicfs.model.ids import credential_id
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.auditing import noted
from mosaicfs_control.rest.changing import require_match
from mosaicfs_control.rest.lists import Page, slice_of
from mosaicfs_control.rest.reading import noun_of
from mosaicfs_control.rest.refusals import ApiError, not_found
from mosaicfs_control.rest.routing import Call, Routes
from mosaicfs_control.rest.validators import list_tag, object_tag

routes = Routes()

KeyScope = Literal["full", "read", "metrics", "mirror"]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class CredentialsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    enabled: Annotated[bool | None, Meta(description="Only those that are, or are not.")] = None


class OwnKeyQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    force: Annotated[bool, Meta(description="Also the key that this call is made with.")] = False


class ShownKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    key_id: str
    name: str
    scope: str
    enabled: bool
    created_at: str
    last_seen: str | None
    expires_at: str | None = None


class NewKey(ShownKey, frozen=True, kw_only=True, omit_defaults=True):
    """`secret_key` is shown this once."""

    secret_key: str


class Wish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    scope: KeyScope = "full"
    expires_at: str | None = None


class KeyPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    expires_at: str | UnsetType | None = UNSET


@routes.on("GET", "/api/credentials", CredentialsQuery, answer=ShownKey)
async def credentials(call: Call, query: CredentialsQuery) -> Ready:
    """List access keys, without their secrets."""
    found = call.instance.auth.credentials.list(enabled=query.enabled)
    return slice_of([msgspec.json.encode(_shown(one)) for one in found], query, await list_tag(call))


@routes.on(
    "POST",
    "/api/credentials",
    body=Wish,
    answer=NewKey,
    secret_of="key_id",  # noqa: S106 - the name of a member
    status=201,
)
async def create_credential(call: Call, query: NoQuery) -> Ready:
    """Make an access key; its secret is in this answer and nowhere else."""
    wish = await call.body(Wish)
    made = await call.instance.auth.credentials.create(wish.name, wish.scope, wish.expires_at)
    key_id = made.credential.access_key_id
    noted(call, "credential_created", key_id, detail={"scope": wish.scope})
    members = {name: getattr(_shown(made.credential), name) for name in ShownKey.__struct_fields__}
    new = NewKey(**members, secret_key=made.secret_key)
    return json_answer(new, 201, {"location": f"/api/credentials/{key_id}"})


@routes.on("GET", "/api/credentials/{key_id}", answer=ShownKey, errors=("not_found",))
async def one_credential(call: Call, query: NoQuery) -> Ready:
    """Show one access key, without its secret."""
    return await _answer(call, 200)


@routes.on(
    "PATCH",
    "/api/credentials/{key_id}",
    OwnKeyQuery,
    body=KeyPatch,
    answer=ShownKey,
    errors=("not_found", "conflict", "precondition_failed"),
)
async def change_credential(call: Call, query: OwnKeyQuery) -> Ready:
    """Rename, disable or enable an access key, or let it expire. It acts on the next request."""
    patch = await call.body(KeyPatch)
    await _matching(call)
    if patch.enabled is False:
        _require_another(call, query)
    await call.instance.auth.credentials.change(
        call.path["key_id"],
        name=None if patch.name is UNSET else patch.name,
        enabled=None if patch.enabled is UNSET else patch.enabled,
        expires_at=patch.expires_at,
    )
    noted(call, "credential_updated", call.path["key_id"], detail={"fields": list(msgspec.to_builtins(patch))})
    return await _answer(call, 200)


@routes.on("DELETE", "/api/credentials/{key_id}", OwnKeyQuery, errors=("not_found", "conflict", "precondition_failed"))
async def delete_credential(call: Call, query: OwnKeyQuery) -> Ready:
    """Delete an access key, for good. Whoever is signed in with it is signed out."""
    await _matching(call)
    _require_another(call, query)
    await call.instance.auth.credentials.delete(call.path["key_id"])
    noted(call, "credential_revoked", call.path["key_id"])
    return Ready(status=204)


async def _found(call: Call) -> tuple[Document, Credential]:
    document = await call.store.get(credential_id(call.path["key_id"]))
    found = noun_of(document, Credential)
    if document is None or found is None:
        raise not_found(f"The access key {call.path['key_id'][:100]}")
    return document, found


async def _matching(call: Call) -> None:
    document, found = await _found(call)
    require_match(call, document, lambda _: msgspec.json.encode(_shown(found)))


def _require_another(call: Call, query: OwnKeyQuery) -> None:
    if call.principal.name == call.path["key_id"] and not query.force:
        message = "You are signed in with this key, and would be no longer. Add force=true if you mean it."
        raise ApiError("conflict", message, {"reason": "own_key"})


async def _answer(call: Call, status: int) -> Ready:
    document, found = await _found(call)
    return Ready(msgspec.json.encode(_shown(found)), status, {"etag": object_tag(document.rev)})


def _shown(key: Credential) -> ShownKey:
    return ShownKey(
        key_id=key.access_key_id,
        name=key.name,
        scope=key.permissions.scope,
        enabled=key.enabled,
        created_at=key.created_at,
        last_seen=key.last_seen,
        expires_at=key.expires_at,
    )
