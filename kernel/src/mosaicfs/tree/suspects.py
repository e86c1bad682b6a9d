"""Which files would be at a path, or below it, if nothing hid them: looked for where mount entries would find them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from mosaicfs.errors import NotShownError
from mosaicfs.model.filing import FileRow
from mosaicfs.model.names import covers
from mosaicfs.model.search import Search
from mosaicfs.tree.asking import Asking
from mosaicfs.tree.claims import Claim, Claims
from mosaicfs.tree.directories import Known, parent_and_name
from mosaicfs.tree.evaluator import Evaluator
from mosaicfs.tree.labels import upwards
from mosaicfs.tree.mounted import Mounted
from mosaicfs.tree.places import joined, window
from mosaicfs.tree.sources import whole

_MOST_OF_A_NAME: Final = 10_000


def suspects(tree: Evaluator, asking: Asking, claims: Claims, path: str) -> Iterator[list[Claim]]:
    """By directory, the nearest first. Of each source folder only its first file is named."""
    for above in upwards(path)[1:]:
        known = claims.directory_at(above)
        if known is None:
            continue
        rows = {row.file_id: row for row in _rows(asking, claims, known, _components(tree, asking, known, path))}
        found = [claim for claim in claims.of_directory(known, rows.values()) if covers(path, claim.path)]
        if found:
            yield sorted(found, key=lambda claim: claim.path != path)


def _components(tree: Evaluator, asking: Asking, known: Known, path: str) -> tuple[str, ...]:
    """Of the source. Names that are shown cut are known where the directory above is shown."""
    parent, name = parent_and_name(path)
    try:
        level = tree.level(asking, parent)
    except NotShownError:
        level = None
    if level is not None and level.known is known:
        return (*level.below, name)
    return tuple(path[len(known.path) :].strip("/").split("/"))


def _rows(asking: Asking, claims: Claims, known: Known, names: tuple[str, ...]) -> Iterator[FileRow]:
    is_flat = False
    for mounted, _ in claims.mounted(known):
        is_flat |= mounted.flat
        for node_id in () if mounted.flat else mounted.source.nodes_now(asking):
            yield from asking.noted(
                [*_files(asking, mounted, node_id, names), *_below(asking, mounted, node_id, names)]
            )
    if is_flat and len(names) == 1:
        yield from _of_name(asking, names[0])


def _files(asking: Asking, mounted: Mounted, node_id: str, names: tuple[str, ...]) -> Iterable[FileRow]:
    view = window(mounted.mount, names[:-1])
    if view is not None and view.folder is not None:
        yield from asking.filing.files_at(node_id, joined(view.folder, names[-1:]))
    if view is not None and view.file is not None:
        yield from asking.filing.files_at(node_id, view.file)


def _below(asking: Asking, mounted: Mounted, node_id: str, names: tuple[str, ...]) -> Iterable[FileRow]:
    """The first file of what this directory would show."""
    view = window(mounted.mount, names)
    if view is None:
        return
    folder = view.folder if view.folder is not None else mounted.source.folder
    assert folder is not None
    yield from asking.filing.files_below(node_id, folder, None, 1)
    if view.folder is None:
        yield from asking.filing.files_at(node_id, folder)


def _of_name(asking: Asking, name: str) -> list[FileRow]:
    """Anywhere: a flat directory shows files of all folders."""
    found = asking.filing.found(Search(words=(whole(name),), limit=_MOST_OF_A_NAME, counted=False))
    return asking.noted([row for row in found if row.name == name])
