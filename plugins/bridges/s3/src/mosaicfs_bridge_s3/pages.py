"""A page of a listing, read strictly: what is missing or turns in a circle must never look like the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from mosaicfs.errors import PeerGarbledError
from mosaicfs_bridge_s3.body import bare

ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Classes whose objects must be restored. Those of intelligent tiering say it only when they are read."""


class Found(NamedTuple):
    """An object as it is listed."""

    key: str
    size: int
    modified: datetime
    etag: str
    archived: bool = False


class Page(NamedTuple):
    """`next` continues the listing, None is its end."""

    objects: list[Found]
    next: str | None


def page_of(service: str, answer: Mapping[str, Any], after: str | None) -> Page:
    """`PeerGarbledError` for a page that cannot be believed."""
    more = answer.get("IsTruncated")
    if not isinstance(more, bool):
        raise PeerGarbledError(service, "a page of a listing does not say whether it is the last")
    following = answer.get("NextContinuationToken") if more else None
    if more and (not following or following == after):
        raise PeerGarbledError(service, "a page of a listing is not the last and names no other")
    try:
        return Page(list(_objects(answer.get("Contents", ()))), following)
    except (KeyError, TypeError, ValueError) as cause:
        raise PeerGarbledError(service, f"an object of a listing has no proper {cause}") from None


def _objects(listed: object) -> Iterator[Found]:
    assert isinstance(listed, list | tuple)
    for each in listed:
        archived = each.get("StorageClass") in ARCHIVES and not _restored(each.get("RestoreStatus", {}))
        modified = each["LastModified"]
        if not isinstance(modified, datetime) or not each["Key"]:
            raise ValueError("LastModified or Key")
        yield Found(each["Key"], int(each["Size"]), modified, bare(each["ETag"]), archived)


def _restored(status: Mapping[str, Any]) -> bool:
    return not status.get("IsRestoreInProgress") and status.get("RestoreExpiryDate") is not None
