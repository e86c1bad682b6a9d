"""One client for each bucket that somebody asks for, and one account for all buckets of a key.

boto3 takes half a second and fifty megabytes to load, and most machines have no bucket: only here is it asked for, in
a thread.
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

import trio

from mosaicfs.model.secret import Secret
from mosaicfs_bridge_s3.options import Bucket
from mosaicfs_bridge_s3.pacing import Pacer

if TYPE_CHECKING:
    from mosaicfs_bridge_s3.client import Account, Client

_connecting = Lock()
_clients: dict[Bucket, Client] = {}


async def connect(bucket: Bucket) -> Client:
    """The same for the same options, so that its connections are used again."""
    if (known := _clients.get(bucket)) is not None:
        return known
    return await trio.to_thread.run_sync(_connect, bucket)


def _connect(bucket: Bucket) -> Client:
    from mosaicfs_bridge_s3.client import Client, service_of  # noqa: PLC0415 - see above

    key = bucket.keys.access_key_id if bucket.keys else Secret("")
    with _connecting:
        if bucket not in _clients:
            _clients[bucket] = Client(bucket, _account(bucket.url, key), service_of)
        return _clients[bucket]


@cache
def _account(url: str | None, key: Secret) -> Account:
    from mosaicfs_bridge_s3.client import Account  # noqa: PLC0415 - see above

    return Account(Pacer(url or "Amazon S3"))
