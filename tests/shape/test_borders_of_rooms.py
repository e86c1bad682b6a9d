"""What belongs to one room alone: the plugin manager, the database engine, HTTP status, errno."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Set
from typing import NamedTuple

import pytest

from tests.shape.workspace import Module, all_modules, within


class Reserved(NamedTuple):
    """What modules of `rooms` may import and name, and others may not. Each room is there for a reason."""

    what: str
    rooms: Mapping[str, str]
    imported: Set[str]
    named: Set[str] = frozenset()

    def __str__(self) -> str:
        return self.what


FACES = {
    "mosaicfs_control": "turns errors into answers",
    "mosaicfs_transfer": "turns errors into answers to other nodes",
}
CLIENTS = {
    "mosaicfs_couchdb": "turns the status of a CouchDB server into errors of the store",
    "mosaicfs_sync": "turns the status of a peer into what the replication understands",
    "mosaicfs_control.querying.node_line": "turns the status of a node into why it has no answer",
    "mosaicfs_annotators.summary.asking": "turns the status of a language model into what can be done about it",
    "mosaicfs_search_meilisearch.server": "turns the status of a search server into what can be done about it",
    "mosaicfs_notify.http": "turns the status of a receiver into what becomes of a message",
    "mosaicfs.services.calling": "asks a control plane before there is a node that replicates",
    "mosaicfs_cli.client": "turns the status of an answer into an exit code",
    "mosaicfs_cli.downloading": "goes on where a connection was cut",
}
ALL = [
    Reserved(
        "the plugin manager",
        {
            "mosaicfs.plugin_host.dispatch": "registers and asks them",
            "mosaicfs.hookspecs": "marks the specifications",
        },
        imported={"pluggy"},
    ),
    Reserved(
        "the database",
        {
            "mosaicfs.documents": "the room that keeps documents",
            "mosaicfs.services.annotating": "what waits for plugins of this machine, which is no document",
            "mosaicfs.services.delivering": "what channels of this machine were told, which is no document",
            "mosaicfs.services.indexing": "the own memory of this machine, which is no document and may be lost",
            "mosaicfs_control.auth": "proofs that were used or taken back, which no other machine may see",
            "mosaicfs_control.jobs": "long work of this control plane, which is no document",
            "mosaicfs_control.own_database": "opens the small files of those two",
            "mosaicfs_control.events": "what has happened lately, which is no document",
            "mosaicfs_control.file_bytes": "digests of bytes that were sent once, which may be lost",
            "mosaicfs_tiers.cache": "the index of the file cache, which is of this machine alone and may be lost",
        },
        imported={"apsw", "sqlite3"},
    ),
    Reserved("answering over HTTP", FACES, imported={"fastapi", "h11", "hypercorn", "starlette"}),
    Reserved("HTTP status by name", CLIENTS, imported={"http", "httpx"}, named={"HTTPStatus", "status_code"}),
    Reserved(
        "errno",
        {
            "mosaicfs.local_files": "tells a link that is not followed from a disk that fails",
            "mosaicfs.listeners": "tells an address that is taken from one that cannot be had",
            "mosaicfs_cli.failures": "an address that is taken has an exit code of its own",
            "mosaicfs_cli.part": "a disk that is full has an exit code of its own",
            "mosaicfs_mount": "turns errors into the numbers of the system",
            "mosaicfs.model.guard_rule": "has a key of that name, for who writes a rule of the mount",
        },
        imported={"errno"},
        named={"errno"},
    ),
]


@pytest.mark.parametrize("reserved", ALL, ids=str)
def test_it_stays_in_its_rooms(reserved: Reserved) -> None:
    strangers = [m for m in all_modules() if not any(within(m.name, room) for room in reserved.rooms)]
    found = [use for module in strangers for use in _uses(module, reserved)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("reserved", ALL, ids=str)
def test_every_room_that_may_does(reserved: Reserved) -> None:
    """An exemption that nobody needs any more is taken out."""
    idle = [room for room in reserved.rooms if not any(_uses(module, reserved) for module in _of(room))]
    assert not idle


def _uses(module: Module, reserved: Reserved) -> list[str]:
    imports = [str(each) for each in module.imports() if each.target.split(".")[0] in reserved.imported]
    names = [
        f"{module.place}:{node.lineno}: {module.name} speaks of {_name(node)}"
        for node in module.nodes()
        if isinstance(node, ast.Name | ast.Attribute) and _name(node) in reserved.named
    ]
    return imports + names


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _of(room: str) -> list[Module]:
    return [module for module in all_modules() if within(module.name, room)]
