"""The network: pages of a listing, and the bytes of one object from one place on.

boto3 blocks, so it runs in threads, so many for an account and no more. It tries nothing again by itself: what is, and
how fast, is decided here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, Protocol, TypeVar

import trio
from botocore.exceptions import ClientError

from mosaicfs.errors import ThrottledError, TryLaterError
from mosaicfs.model.entry import Entry
from mosaicfs.model.retry import wait_after
from mosaicfs_bridge_s3.body import Answer, Body, Opening
from mosaicfs_bridge_s3.boto import real_service
from mosaicfs_bridge_s3.made_up import MadeUpService
from mosaicfs_bridge_s3.options import Bucket
from mosaicfs_bridge_s3.pacing import LONGEST_WAIT_S, Pacer
from mosaicfs_bridge_s3.pages import Page, page_of
from mosaicfs_bridge_s3.speaking import speaking_s3
from mosaicfs_bridge_s3.using import Using

T = TypeVar("T")
Pause = Callable[[float], Awaitable[None]]

AT_ONCE = 16
TRIES = 3


class Service(Protocol):
    """What is used of boto3's client."""

    def list_objects_v2(self, **asked: Any) -> Answer: ...

    def get_object(self, **asked: Any) -> Answer: ...

    def restore_object(self, **asked: Any) -> Answer: ...

    def close(self) -> None: ...


@dataclass
class Account:
    """What all buckets of one key at one service share. One page of a listing at a time: readers need not queue."""

    pacer: Pacer
    threads: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(AT_ONCE))
    listing: trio.Lock = field(default_factory=trio.Lock)


class Client:
    """`pause` is how it waits before it tries again. The service is made when it is first asked."""

    def __init__(
        self, bucket: Bucket, account: Account, make: Callable[[Bucket], Service], pause: Pause = trio.sleep
    ) -> None:
        self.bucket = bucket
        self.pause = pause
        self.using = Using()
        self._account = account
        self._make = make
        self._service: Service | None = None
        self._making = Lock()

    async def page(self, after: str | None) -> Page:
        """Tried three times. `after` is what the page before named as its next."""
        asked: dict[str, object] = {"Prefix": self.bucket.prefix}
        if after is not None:
            asked["ContinuationToken"] = after
        if self.bucket.url is None:
            asked["OptionalObjectAttributes"] = ["RestoreStatus"]
        return await self._tried(partial(self._page, asked))

    async def open(self, entry: Entry, first: int, end: int | None) -> Body:
        """The version of the entry and no other, from a place on; `end` None is all of it."""
        asked: dict[str, object] = {"Key": entry.native_id, "IfMatch": f'"{entry.version}"'}
        if end is not None:
            asked["Range"] = f"bytes={first}-{end - 1}"
        opening = Opening(lambda: self._made().get_object(**asked, **self._common()))
        try:
            return await self._ask("read", opening.run, entry.file_id)
        except trio.Cancelled:
            opening.leave()
            raise

    async def read(self, body: Body, size: int, file_id: str) -> bytes:
        with speaking_s3(self.bucket, file_id):
            return await self._in_thread(partial(body.read, size))

    async def restore(self, entry: Entry) -> None:
        """Costs money. That it was asked for before is fine."""
        wanted = {"Days": self.bucket.restore_days, "GlacierJobParameters": {"Tier": "Standard"}}
        await self._ask("restore", lambda: self._restore(Key=entry.native_id, RestoreRequest=wanted), entry.file_id)

    async def call(self, operation: str, about: str, **asked: object) -> Answer:
        """One operation of the service, for copies; tried three times. `about` is the file that it is for."""

        def call() -> Answer:
            answer: Answer = getattr(self._made(), operation)(**asked, **self._common())
            return answer

        return await self._tried(partial(self._ask, operation, call, about))

    def close(self) -> None:
        if self._service is not None:
            self._service.close()

    async def _page(self, asked: dict[str, object]) -> Page:
        async with self._account.listing:
            answer = await self._ask("list", lambda: self._made().list_objects_v2(**asked, **self._common()))
        after = asked.get("ContinuationToken")
        return page_of(self.bucket.name, answer, after if isinstance(after, str) else None)

    async def _tried(self, attempt: Callable[[], Awaitable[T]]) -> T:
        for failures in range(1, TRIES):
            try:
                return await attempt()
            except TryLaterError as error:
                wait = wait_after(failures, error.retry_after_s)
                if wait > LONGEST_WAIT_S:
                    raise
                await self.pause(wait)
        return await attempt()

    async def _ask(self, kind: str, call: Callable[[], T], file_id: str | None = None) -> T:
        """Also a request that is refused is one, and is counted."""
        await self._account.pacer.turn(reading=file_id is not None)
        self.using.requests[kind] += 1
        try:
            with speaking_s3(self.bucket, file_id):
                return await self._in_thread(call)
        except ThrottledError as error:
            self.using.throttled_s += self._account.pacer.throttled(error.retry_after_s)
            raise

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await trio.to_thread.run_sync(call, limiter=self._account.threads, abandon_on_cancel=True)

    def _restore(self, **asked: Any) -> None:
        try:
            self._made().restore_object(**asked, **self._common())
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "RestoreAlreadyInProgress":
                raise

    def _common(self) -> dict[str, object]:
        payer = {"RequestPayer": "requester"} if self.bucket.requester_pays else {}
        return {"Bucket": self.bucket.bucket, **payer}

    def _made(self) -> Service:
        """In a thread: making one reads files."""
        with self._making:
            if self._service is None:
                self._service = self._make(self.bucket)
            return self._service


def service_of(bucket: Bucket) -> Service:
    if bucket.made_up is not None:
        return MadeUpService(bucket.made_up)
    made: Service = real_service(bucket)
    return made
