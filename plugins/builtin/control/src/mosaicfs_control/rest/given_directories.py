"""What callers say of directories: bodies of calls, as drafts and changes.

Nothing is ignored in silence: a member that nobody here knows is refused by name, unless it stands where a newer
version has put it, in a mount entry that was read and is sent back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args, get_origin

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.directory import ConflictPolicy, Mount, MountExport, MountSource, Strategy
from mosaicfs.model.noun import Noun, written
from mosaicfs.model.step import Step, StepResult
from mosaicfs.model.tree import AddMount, DirectoryChange, Draft, MountOp, RemoveMount, ReplaceMount
from mosaicfs_control.rest.refusals import FieldTrouble, all_invalid, invalid
from mosaicfs_control.rest.routing import Call

N = TypeVar("N", bound=Noun)

_STRANGE = "is not a member of this"

Path: TypeAlias = Annotated[str, Meta(min_length=1, max_length=8_192)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1_000)]


class GivenMount(Noun, frozen=True, kw_only=True):
    """Without a `mount_id` it is given one."""

    mount_id: Annotated[str, Meta(max_length=64)] = ""
    source: MountSource
    strategy: Strategy
    source_prefix: str | None = None
    steps: tuple[Step, ...] = written(())
    default_result: StepResult = written("include")
    conflict_policy: ConflictPolicy = written("last_write_wins")
    export: MountExport | None = None


class GivenDraft(Noun, frozen=True, kw_only=True):
    """What is left out is as it is saved."""

    steps: tuple[Step, ...] | UnsetType = UNSET
    mounts: tuple[GivenMount, ...] | UnsetType = UNSET
    enforce_steps_on_children: bool | UnsetType = UNSET


class NewDirectory(GivenDraft, frozen=True, kw_only=True):
    """`name`, if given, equals the last part of `virtual_path`."""

    virtual_path: Path
    name: Name | UnsetType = UNSET


class GivenMountOp(Noun, frozen=True, kw_only=True):
    """`add` takes `mount` and perhaps `index`, `replace` takes `mount_id` and `mount`, `remove` takes `mount_id`."""

    op: Literal["add", "replace", "remove"]
    mount: GivenMount | None = None
    mount_id: str | None = None
    index: Annotated[int, Meta(ge=0, le=1_000)] | None = None


class DirectoryPatch(GivenDraft, frozen=True, kw_only=True):
    """Another `name` or `parent_path` takes everything below along. `mount_ops` goes without `mounts`."""

    name: Name | UnsetType = UNSET
    parent_path: Path | UnsetType = UNSET
    mount_ops: Annotated[tuple[GivenMountOp, ...], Meta(max_length=200)] = written(())


Saved: TypeAlias = Mapping[str, Mount]
"""Mount entries as they are, by their ids."""

_MEMBERS_OF_OPS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "add": (frozenset(("mount",)), frozenset(("index",))),
    "replace": (frozenset(("mount", "mount_id")), frozenset()),
    "remove": (frozenset(("mount_id",)), frozenset()),
}
"""What each needs, and what it may have besides."""


async def given(call: Call, shape: type[N]) -> N:
    """The body; `ApiError` 422 that names the member which is wrong, null or unknown."""
    content = await call.incoming.json(msgspec.Raw)
    try:
        members = msgspec.json.decode(content)
        if isinstance(members, dict):
            _refuse([FieldTrouble(field, "is null") for field in _nulls(members, shape)])
        found = wire.decode_as(shape, "", wire.canonical(members))
    except MalformedDocumentError as cause:
        raise invalid(cause.field, cause.trouble) from None
    _refuse([FieldTrouble(name, f"{_STRANGE} call") for name in found.unknown])
    return found


def draft_of(asked: GivenDraft, saved: Saved) -> Draft:
    return Draft(**_drafted(asked, saved))


def change_of(asked: DirectoryPatch, saved: Saved) -> DirectoryChange:
    if asked.mount_ops and asked.mounts is not UNSET:
        raise invalid("mount_ops", "goes without mounts, which replaces the whole list")
    ops = tuple(_op_of(op, f"mount_ops[{index}]", saved) for index, op in enumerate(asked.mount_ops))
    return DirectoryChange(**_drafted(asked, saved), name=asked.name, parent_path=asked.parent_path, mount_ops=ops)


def _drafted(asked: GivenDraft, saved: Saved) -> dict[str, Any]:
    mounts: tuple[Mount, ...] | UnsetType = UNSET
    if asked.mounts is not UNSET:
        mounts = tuple(_mount_of(mount, f"mounts[{index}]", saved) for index, mount in enumerate(asked.mounts))
    return {
        "steps": asked.steps,
        "mounts": mounts,
        "enforce_steps_on_children": asked.enforce_steps_on_children,
    }


# --- mount entries -------------------------------------------------------------------------------------------------


def _mount_of(given: GivenMount, place: str, saved: Saved) -> Mount:
    _refuse(list(_strangers(given, saved.get(given.mount_id), place)))
    return Mount(**structs.asdict(given))


def _op_of(asked: GivenMountOp, place: str, saved: Saved) -> MountOp:
    needed, possible = _MEMBERS_OF_OPS[asked.op]
    there = {name for name in ("mount", "mount_id", "index") if getattr(asked, name) is not None}
    _refuse(
        [
            *(FieldTrouble(f"{place}.{name}", f"{_STRANGE} operation") for name in asked.unknown),
            *(FieldTrouble(f"{place}.{name}", "is missing") for name in sorted(needed - there)),
            *(FieldTrouble(f"{place}.{name}", f"{_STRANGE} operation") for name in sorted(there - needed - possible)),
        ]
    )
    mount_id = asked.mount_id or ""
    if asked.mount is None:
        return RemoveMount(mount_id)
    if asked.op == "add":
        return AddMount(_mount_of(asked.mount, f"{place}.mount", saved), asked.index)
    mount = structs.replace(asked.mount, mount_id=mount_id)
    return ReplaceMount(mount_id, _mount_of(mount, f"{place}.mount", saved))


def _strangers(given: GivenMount, before: Mount | None, place: str) -> Iterator[FieldTrouble]:
    """Members that nobody here knows and that are not kept from what is saved."""
    parts: list[tuple[str, Noun | None, Noun | None]] = [
        (place, given, before),
        (f"{place}.source", given.source, before and before.source),
        (f"{place}.export", given.export, before and before.export),
    ]
    for where, now, then in parts:
        for name, value in (now.unknown if now is not None else {}).items():
            if then is None or then.unknown.get(name) != value:
                yield FieldTrouble(f"{where}.{name}", f"{_STRANGE} mount entry")


# --- nulls ---------------------------------------------------------------------------------------------------------


def _nulls(members: Mapping[str, Any], shape: type[Struct], place: str = "") -> Iterator[str]:
    """Known members that are null and cannot be: reading them as absent would change what was meant."""
    for field in structs.fields(shape):
        where = f"{place}.{field.encode_name}" if place else field.encode_name
        value = members.get(field.encode_name, UNSET)
        if value is None and NoneType not in get_args(field.type):
            yield where
        inner = next(_nouns_in(field.type), None)
        if inner is None:
            continue
        if isinstance(value, dict):
            yield from _nulls(value, inner, where)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _nulls(item, inner, f"{where}[{index}]")


def _nouns_in(hint: Any) -> Iterator[type[Struct]]:
    if isinstance(hint, type) and get_origin(hint) is None and issubclass(hint, Noun):
        yield hint
    for each in get_args(hint):
        yield from _nouns_in(each)


def _refuse(troubles: Sequence[FieldTrouble]) -> None:
    if troubles:
        raise all_invalid(list(troubles)[:20])
