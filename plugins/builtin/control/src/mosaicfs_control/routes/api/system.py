"""What this instance is made of."""

from __future__ import annotations

from msgspec import Struct

import mosaicfs
from mosaicfs_control.answers import Ready, json_answer
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.instance_name import instance_name
from mosaicfs_control.rest.routing import Call, Routes

routes = Routes()


class StoreFacts(Struct, frozen=True):
    driver: str
    bytes: int
    update_seq: str


class SearchIndex(Struct, frozen=True):
    state: str
    documents: int


class SystemInfo(Struct, frozen=True):
    """`database_id` changes when the database is restored; `setup_date` is when its control plane first started."""

    instance_id: str
    database_id: str
    name: str
    version: str
    setup_date: str
    node_count: int
    file_count: int
    directory_count: int
    rule_count: int
    store: StoreFacts
    search_index: SearchIndex
    developer_mode: bool


@routes.on("GET", "/api/system/info", answer=SystemInfo)
async def system_info(call: Call, query: NoQuery) -> Ready:
    """Count what this instance holds. `file_count` is of active files."""
    info, counts = await call.store.info(), await call.store.counts()

    def count(kind: str) -> int:
        return sum(number for (counted, _), number in counts.items() if counted == kind)

    files = counts.get(("file", "active"), 0)
    return json_answer(
        SystemInfo(
            instance_id=info.uuid,
            database_id=f"{info.uuid}-{info.epoch}",
            name=await instance_name(call.store),
            version=mosaicfs.__version__,
            setup_date=call.instance.since,
            node_count=count("node"),
            file_count=files,
            directory_count=count("virtual_directory"),
            rule_count=count("label_rule"),
            store=StoreFacts(call.kernel.settings.store.driver, info.file_bytes, info.update_seq),
            search_index=SearchIndex("ready", files),
            developer_mode=False,
        )
    )
