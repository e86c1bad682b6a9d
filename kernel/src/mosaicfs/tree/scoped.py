"""Which files a rule, a search or labels are about, wherever the tree shows them, if at all.

Source, steps and default mean what they mean in a mount entry; nothing else of the tree has a part in it: no gates, no
names, no other file. What a path is about is what the tree shows there, and is asked of its listings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mosaicfs.errors import InvalidDirectoryError
from mosaicfs.model.directory import Mount, MountSource
from mosaicfs.model.filing import Filing
from mosaicfs.model.names import is_path
from mosaicfs.model.pin import PinScope
from mosaicfs.model.search import Search
from mosaicfs.model.tree import Draft
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.directory_rules import directory_faults
from mosaicfs.tree.evaluator import Evaluator
from mosaicfs.tree.mounted import Mounted
from mosaicfs.tree.rules import Rule
from mosaicfs.tree.sources import Source, Sources
from mosaicfs.tree.steps import compile_steps
from mosaicfs.tree.steps.labels import FORM, is_sound_label
from mosaicfs.tree.steps.parameters import Fault

KINDS: Final = ("path", "labels", "rule", "search")
_ALL: Final = 1_000_000_000
_EVERYTHING: Final = Rule((), compile_steps(()), "include")


def require_sound(scope: PinScope) -> None:
    """`InvalidDirectoryError` with every fault of it."""
    if faults := list(_faults(scope)):
        raise InvalidDirectoryError(faults)


def files_within(tree: Evaluator, filing: Filing, scope: PinScope) -> list[str]:
    """By id. Of a sound scope that is no path."""
    with tree.asking(filing) as asking:
        mounted = _mounted(scope, Sources(tree.knowledge.parties))
        return sorted(_passing(asking, mounted)) if mounted is not None else []


def _mounted(scope: PinScope, sources: Sources) -> Mounted | None:
    """None where the source shows nothing."""
    if scope.labels is not None:
        search = Search(labels=scope.labels, sort="name", limit=_ALL, counted=False)
        return Mounted("/", 0, Source(_mount(MountSource()), search=search), _EVERYTHING)
    found = sources.of(_mount_of(scope))
    if not isinstance(found, Source):
        return None
    rule = scope.rule
    asked = _EVERYTHING if rule is None else Rule((), compile_steps(rule.steps), rule.default_result)
    return Mounted("/", 0, found, asked)


def _passing(asking: Asking, mounted: Mounted) -> set[str]:
    """With odd names too: they can be read by their ids."""
    return {
        row.file_id
        for rows in mounted.source.candidates(asking)
        for row in rows
        if mounted.source.takes(row, asking)[0] and mounted.rule.passes(row, asking)[0]
    }


def _mount(source: MountSource) -> Mount:
    return Mount(mount_id="scope", source=source, strategy="flatten")


def _mount_of(scope: PinScope) -> Mount:
    if scope.rule is None:
        return _mount(MountSource(search=scope.search))
    mount = _mount(scope.rule.source)
    return Mount(
        mount_id=mount.mount_id,
        source=mount.source,
        strategy=mount.strategy,
        steps=scope.rule.steps,
        default_result=scope.rule.default_result,
    )


def _faults(scope: PinScope) -> Iterator[Fault]:
    if sum(getattr(scope, kind) is not None for kind in KINDS) != 1:
        yield "scope", f"is not exactly one of {', '.join(KINDS)}"
    elif scope.path is not None:
        if not is_path(scope.path.rstrip("/") or "/"):
            yield "scope.path", "is no absolute path of the tree, such as /documents/work"
    elif scope.labels is not None:
        if not scope.labels:
            yield "scope.labels", "is empty; name at least one label"
        for index, label in enumerate(scope.labels):
            if not is_sound_label(label):
                yield f"scope.labels[{index}]", f"is not {FORM}"
    else:
        yield from _mount_faults(_mount_of(scope), "scope.rule" if scope.rule is not None else "scope")


def _mount_faults(mount: Mount, place: str) -> Iterator[Fault]:
    """As of a mount entry, by the names that they have here."""
    for field, trouble in directory_faults(Draft(mounts=(mount,))):
        name = field.removeprefix("mounts[0].")
        if mount.source.search is not None and place == "scope":
            name = name.removeprefix("source.")
        yield f"{place}.{name}", trouble
