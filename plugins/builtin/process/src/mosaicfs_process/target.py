"""A place that keeps copies, reached through a process: the requests `replica.*`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from mosaicfs.errors import EntryGoneError
from mosaicfs.hookspecs import LIMITS
from mosaicfs.model.entry import Span
from mosaicfs.model.json import Json
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs.model.stream import ByteStream
from mosaicfs.model.target import CopyFacts, Kept, KeptPage, Stored, TargetHealth
from mosaicfs_process.exchange import Exchange, Facts
from mosaicfs_process.staging import bytes_of, staged
from mosaicfs_process.troubles import garbled

T = TypeVar("T")

TRANSFER_S = 60.0
"""For put and get, without a sign of life."""


@dataclass(frozen=True, slots=True)
class RemoteTarget:
    exchange: Exchange
    target: StorageBackend

    async def put(self, key: str, path: Path, meta: CopyFacts) -> Stored:
        # One wait for the whole: the process sends the pieces, and is told the rate instead.
        await meta.limiter.wait_for(meta.size)
        payload: Facts = {"file_id": meta.file_id, "source_path": str(path), "remote_key": key}
        payload |= {"size": meta.size, "sha256": meta.sha256, "max_bytes_per_s": self._rate()}
        answer = await self._ask("replica.upload", payload, TRANSFER_S)
        size = answer.get("bytes_uploaded", meta.size)
        if answer.get("status") != "ok" or size != meta.size:
            raise garbled(self.exchange.instance.name, "an upload that is not whole")
        return Stored(str(answer.get("remote_key", key)), meta.size, str(answer.get("checksum", "")))

    async def get(self, key: str, span: Span) -> ByteStream:
        with staged(self.exchange.folder) as file:
            payload: Facts = {"remote_key": key, "staging_path": str(file)}
            payload |= {"offset": span.offset, "length": span.length}
            answer = await self._ask("replica.download", payload, TRANSFER_S)
            return bytes_of(file, key, answer, span)

    async def delete(self, key: str) -> bool:
        return (await self._ask("replica.delete", {"remote_key": key})).get("status") == "ok"

    async def list(self, prefix: str, cursor: str | None) -> KeptPage:
        answer = await self._ask("replica.list", {"prefix": prefix, "page": cursor})
        entries = self._read(answer.get("entries", []), list[_Listed])
        page = answer.get("page")
        kept = [Kept(each.remote_key, each.size, each.mtime, each.checksum) for each in entries]
        return KeptPage(kept, None if page is None else str(page))

    async def stat(self, key: str) -> Kept | None:
        """The protocol has no question of its own for it."""
        page = await self.list(key, None)
        return next((each for each in page.entries if each.remote_key == key), None)

    async def check(self) -> TargetHealth:
        found = self._read(await self._ask("replica.health", {}), _Health)
        return TargetHealth(found.status, found.message, found.free_bytes)

    async def _ask(self, name: str, payload: Facts, limit_s: float = LIMITS["replicate"].seconds) -> Facts:
        config, credentials = dict(self.target.backend_config), dict(self.exchange.instance.config)
        whole: Facts = {**payload, "target_config": config, "credentials": credentials}
        answer = await self.exchange.request(name, whole, limit_s)
        if answer is None:
            raise EntryGoneError(str(payload.get("remote_key", name)))
        return answer

    def _read(self, told: Json, what: type[T]) -> T:
        try:
            return msgspec.convert(told, what)
        except msgspec.ValidationError as trouble:
            raise garbled(self.exchange.instance.name, f"an answer that makes no sense: {trouble}") from None

    def _rate(self) -> Json:
        mbps: Any = self.target.bandwidth_limit_mbps
        return None if not mbps else mbps * 125_000


class _Listed(msgspec.Struct):
    remote_key: str
    size: int
    mtime: str = ""
    checksum: str | None = None


class _Health(msgspec.Struct):
    status: Literal["ok", "degraded", "failed"]
    message: str = ""
    free_bytes: int | None = None
