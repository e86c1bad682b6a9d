"""What an edit makes of a directory document, and what is wrong with it. Values only; where it then lies is elsewhere.

Only what an edit brings is judged: steps that were saved before, by a newer version or by another writer, stay as they
are.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from msgspec import UNSET, structs

from mosaicfs.errors import InvalidDirectoryError
from mosaicfs.model.directory import Mount, VirtualDirectory
from mosaicfs.model.ids import Randomness
from mosaicfs.model.step import Step
from mosaicfs.model.tree import AddMount, DirectoryChange, Draft, MountOp, ReplaceMount
from mosaicfs.tree.directory_rules import MOST_MOUNTS, directory_faults

Fault: TypeAlias = tuple[str, str]

_mount_place = re.compile(r"mounts\[(\d+)\](.*)", re.DOTALL).fullmatch
_step_place = re.compile(r"\.?steps\[(\d+)\].*", re.DOTALL).fullmatch


def refuse(faults: Iterable[Fault]) -> None:
    """`InvalidDirectoryError` if there are any."""
    if found := list(faults):
        raise InvalidDirectoryError(found)


def edited(before: VirtualDirectory, draft: Draft, randomness: Randomness = secrets.randbits) -> VirtualDirectory:
    """The document with what the draft gives in place of its own. Its place and times are left alone."""
    given = draft if draft.mounts is UNSET else structs.replace(draft, mounts=with_ids(draft.mounts, (), randomness))
    refuse(_new_faults(before, given))
    names = ("mounts", "steps", "enforce_steps_on_children")
    after = structs.replace(before, **{name: found for name in names if (found := getattr(given, name)) is not UNSET})
    if isinstance(draft, DirectoryChange):
        for index, op in enumerate(draft.mount_ops):
            mounts = _after(after.mounts, op, f"mount_ops[{index}]", randomness)
            after = structs.replace(after, mounts=mounts)
    return after


def with_ids(
    mounts: Sequence[Mount], others: Sequence[Mount], randomness: Randomness = secrets.randbits
) -> tuple[Mount, ...]:
    """Each with an id, which `others` do not have."""
    taken = {each.mount_id for each in (*mounts, *others)}
    found: list[Mount] = []
    for mount in mounts:
        mount_id = mount.mount_id
        while not mount_id or (not mount.mount_id and mount_id in taken):
            mount_id = f"{randomness(32):08x}"
        taken.add(mount_id)
        found.append(structs.replace(mount, mount_id=mount_id))
    return tuple(found)


# --- single mount entries ----------------------------------------------------------------------------------------


def _after(mounts: tuple[Mount, ...], op: MountOp, place: str, randomness: Randomness) -> tuple[Mount, ...]:
    if isinstance(op, AddMount):
        return _added(mounts, op, place, randomness)
    at = next((index for index, mount in enumerate(mounts) if mount.mount_id == op.mount_id), None)
    if at is None:
        raise InvalidDirectoryError([(f"{place}.mount_id", "is of no mount entry of this directory")])
    if not isinstance(op, ReplaceMount):
        return (*mounts[:at], *mounts[at + 1 :])
    mount = structs.replace(op.mount, mount_id=op.mount_id)
    refuse(_mount_faults(mount, mounts[at], f"{place}.mount"))
    return (*mounts[:at], mount, *mounts[at + 1 :])


def _added(mounts: tuple[Mount, ...], op: AddMount, place: str, randomness: Randomness) -> tuple[Mount, ...]:
    (mount,) = with_ids([op.mount], mounts, randomness)
    faults = _mount_faults(mount, None, f"{place}.mount")
    if any(each.mount_id == mount.mount_id for each in mounts):
        faults.append((f"{place}.mount.mount_id", "is that of another mount entry"))
    at = len(mounts) if op.index is None else op.index
    if not 0 <= at <= len(mounts):
        faults.append((f"{place}.index", f"is not from 0 to {len(mounts)}"))
    if len(mounts) >= MOST_MOUNTS:
        faults.append((place, f"makes more than {MOST_MOUNTS} mount entries"))
    refuse(faults)
    return (*mounts[:at], mount, *mounts[at:])


def _mount_faults(mount: Mount, before: Mount | None, place: str) -> list[Fault]:
    if mount == before:
        return []
    found = directory_faults(Draft(mounts=(mount,)))
    known = before.steps if before is not None else ()
    return [
        (name.replace("mounts[0]", place, 1), trouble)
        for name, trouble in found
        if not _is_kept_step(name.removeprefix("mounts[0]"), mount.steps, known)
    ]


# --- what was there before ---------------------------------------------------------------------------------------


def _new_faults(before: VirtualDirectory, draft: Draft) -> Iterable[Fault]:
    saved = {mount.mount_id: mount for mount in before.mounts}
    for name, trouble in directory_faults(draft):
        if draft.steps is not UNSET and _is_kept_step(name, draft.steps, before.steps):
            continue
        if draft.mounts is not UNSET and _is_kept_mount(name, draft.mounts, saved):
            continue
        yield name, trouble


def _is_kept_mount(place: str, mounts: Sequence[Mount], saved: dict[str, Mount]) -> bool:
    found = _mount_place(place)
    if found is None:
        return False
    mount = mounts[int(found[1])]
    known = saved.get(mount.mount_id)
    if known is None or found[2] == ".mount_id":
        return False
    return mount == known or _is_kept_step(found[2], mount.steps, known.steps)


def _is_kept_step(place: str, steps: Sequence[Step], saved: Sequence[Step]) -> bool:
    found = _step_place(place)
    return found is not None and steps[int(found[1])] in saved
