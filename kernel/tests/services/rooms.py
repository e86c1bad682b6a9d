"""What tests of directories stand on: steps and mount entries to begin with, and looks at what is stored."""

from __future__ import annotations

from typing import Any

import pytest

from mosaicfs import wire
from mosaicfs.errors import InvalidDirectoryError
from mosaicfs.model.directory import Mount, MountSource, VirtualDirectory
from mosaicfs.model.document import Document
from mosaicfs.model.ids import directory_id
from mosaicfs.model.role import CONTROL
from mosaicfs.model.step import Step
from mosaicfs.model.store import Store
from mosaicfs.services.directory_documents import read_directories

PDF = Step(op="glob", unknown={"pattern": "*.pdf"})
BROKEN = Step(op="glob", unknown={"pattern": 7})
OF_TOMORROW = Step(op="colour", invert=True, unknown={"shade": "blue"})


def mount(folder: str = "/home", mount_id: str = "", **members: Any) -> Mount:
    return Mount(
        mount_id=mount_id,
        source=MountSource(node_id="node-a", export_path=folder),
        strategy="prefix_replace",
        **members,
    )


async def paths(store: Store) -> list[str]:
    return [each.path for each in (await read_directories(store)).subtree("/")]


async def at(store: Store, path: str) -> VirtualDirectory:
    found = (await read_directories(store)).at(path)
    assert found is not None
    return found.document


async def put(store: Store, *documents: VirtualDirectory) -> None:
    """As another writer may have left them."""
    rows = [Document(directory_id(each.virtual_path), "", wire.encode(each)) for each in documents]
    assert not [row for row in await store.write(rows, writer=CONTROL) if row.error]


async def faults_of(answer: Any) -> list[str]:
    with pytest.raises(InvalidDirectoryError) as refused:
        await answer
    return [place for place, _ in refused.value.faults]
