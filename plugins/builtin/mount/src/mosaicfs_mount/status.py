"""How this machine and its mount fare: `/.mosaic/status.json` for scripts that see nothing but the mount, and the
`vfs_mount` of the node's status, which the agent writes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

import trio

import mosaicfs
from mosaicfs.instance_id import instance_id
from mosaicfs.model.agent_status import AgentStatus
from mosaicfs.model.ids import prefix_of, status_id
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.kernel import Kernel
from mosaicfs.model.node import Node
from mosaicfs.model.store import IdRange
from mosaicfs.model.times import now_text, time_text
from mosaicfs.wire import noun_in
from mosaicfs_mount.waiting import Waiting

INODE: Final = 3
_FRESH_S: Final = 90.0
_TOLD_EVERY_S: Final = 10.0
_MOST_NODES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Status:
    kernel: Kernel
    waiting: Waiting
    path: Path
    open_files: Callable[[], int]
    known_entries: Callable[[], int]
    invalidations: Callable[[], int]
    guard_refusals: Mapping[str, int]
    since: str = field(default_factory=now_text)

    async def text(self) -> bytes:
        about = await self._about()
        return json.dumps(about, ensure_ascii=False, indent=2).encode(errors="surrogatepass") + b"\n"

    async def tell(self) -> NoReturn:
        while True:
            self.kernel.standing.tell("vfs_mount", "healthy", counters=self.figures())
            await trio.sleep(_TOLD_EVERY_S)

    def figures(self) -> JsonObject:
        """`refused_programs` has by name what `guard_refusals` counts."""
        return {
            "path": str(self.path),
            "since": self.since,
            "open_files": self.open_files(),
            "known_entries": self.known_entries(),
            "waiting_reads": len(self.waiting),
            "suspect_mounts": self._suspect_mounts(),
            "guard_refusals": sum(self.guard_refusals.values()),
            "refused_programs": dict(self.guard_refusals),
            "invalidations": self.invalidations(),
        }

    def _suspect_mounts(self) -> list[Json]:
        reports = [each for each in self.kernel.content.report().values() if isinstance(each, Mapping)]
        named = [each.get("suspect_mounts") for each in reports]
        return [path for paths in named if isinstance(paths, list | tuple) for path in paths]

    async def _about(self) -> JsonObject:
        store, now = self.kernel.store, now_text()
        info, counts = await store.info(), await store.counts()
        tree = await self.kernel.tree.state()
        contact = self._last_contact()
        return {
            "instance": instance_id(self.kernel.places.state_dir),
            "node_id": self.kernel.node_id,
            "version": mosaicfs.__version__,
            "generated_at": now,
            "offline": self._has_joined and (contact is None or time.time() - contact > _FRESH_S),
            "store": {"documents": info.live, "last_seq": info.update_seq},
            "replication": await self._replication(contact),
            "nodes": [_node(each) for each in await self._nodes()],
            "tree": {
                "directories": tree.directories,
                "files": counts.get(("file", "active"), 0),
                "listing_cache": {"listings": tree.listings_kept, "bytes": tree.kept_bytes},
            },
            "labels": {"cached": tree.labelled_files, "pending": 0},
            "cache": self.kernel.content.report().get("cache"),
            "mount": {
                "path": str(self.path),
                "since": self.since,
                "open_files": self.open_files(),
                "guard_refusals": dict(self.guard_refusals),
            },
            "problems": self._problems(),
        }

    def _problems(self) -> list[JsonObject]:
        """Requests that have waited for longer than anybody should."""
        now = time.time()
        return [
            {
                "reason": f"slow_{each.what}",
                "subject": each.path,
                "since": time_text(int((now - each.seconds) * 1_000_000)),
            }
            for each in self.waiting.long()
        ]

    # --- replication ---------------------------------------------------------------------------------------------

    @property
    def _has_joined(self) -> bool:
        return bool(self.kernel.settings.agent.control_plane_url)

    async def _replication(self, contact: float | None) -> JsonObject | None:
        """As the agent of this machine has written it down; None on a machine that is its own control plane."""
        if not self._has_joined:
            return None
        told = noun_in(await self.kernel.store.get(status_id(self.kernel.node_id)), AgentStatus)
        part = told.subsystems.get("replication") if told is not None else None
        return {
            "state": part.status if part is not None else "unknown",
            "last_success": None if contact is None else time_text(int(contact * 1_000_000)),
            "pending": part.unknown.get("pending_push") if part is not None else None,
        }

    def _last_contact(self) -> float | None:
        try:
            return (self.kernel.places.state_dir / "last_contact").stat().st_mtime
        except OSError:
            return None

    async def _nodes(self) -> list[Node]:
        prefix = prefix_of("node")
        rows = await self.kernel.store.ids(IdRange(prefix, f"{prefix}\uffff"), _MOST_NODES, include_docs=True)
        return [node for row in rows if (node := noun_in(row.document, Node)) is not None]


def _node(node: Node) -> JsonObject:
    return {
        "node_id": node.node_id,
        "friendly_name": node.friendly_name,
        "status": node.status,
        "last_heartbeat": node.last_heartbeat,
    }
