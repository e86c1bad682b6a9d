"""What a service can refuse, and what the owner is told: what it is about, why, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mosaicfs import PluginHost
from mosaicfs.errors import (
    AccessRefusedError,
    EntryGoneError,
    EntryUnreadableError,
    MosaicError,
    SignInNeededError,
    SourceUnavailableError,
    ThrottledError,
)
from mosaicfs.model.crawling import Usage
from mosaicfs.model.entry import Span
from mosaicfs_bridge_s3 import boto
from mosaicfs_sdk.conformance.crawl import Known
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.bridges.s3.tests.asking import crawl, host_for, read
from plugins.bridges.s3.tests.conftest import KEY, SECRET, BucketPlace
from plugins.bridges.s3.tests.front import Hang, Refuse

SKEW = "<RequestTime>20260101T000000Z</RequestTime><ServerTime>2026-01-01T09:00:00Z</ServerTime>"
SAYS_KEY = f"<AWSAccessKeyId>{KEY}</AWSAccessKeyId><StringToSign>{SECRET}</StringToSign>"
OF_THE_BUCKET: dict[str, tuple[Refuse, type[MosaicError], str]] = {
    "unknown key": (Refuse("InvalidAccessKeyId", 403, more=SAYS_KEY), AccessRefusedError, "access key is not known"),
    "wrong key": (Refuse("SignatureDoesNotMatch", 403, more=SAYS_KEY), AccessRefusedError, "does not fit the access"),
    "lent key ended": (Refuse("ExpiredToken", 400), SignInNeededError, "sign in again"),
    "clock": (
        Refuse("RequestTimeTooSkewed", 403, more=SKEW),
        AccessRefusedError,
        "20260101T000000Z, that of the service 2026-01-01T09:00:00Z",
    ),
    "no right": (Refuse("AccessDenied", 403), AccessRefusedError, "check the rights of the key"),
    "no bucket": (Refuse("NoSuchBucket", 404), AccessRefusedError, "no such bucket"),
    "elsewhere": (Refuse("PermanentRedirect", 301), AccessRefusedError, "set `region`"),
    "wrong region": (Refuse("AuthorizationHeaderMalformed", 400), AccessRefusedError, "set `region`"),
    "slow down": (Refuse("SlowDown", 503), ThrottledError, "asks us to wait"),
    "too many": (Refuse("TooManyRequests", 429), ThrottledError, "asks us to wait"),
    "broken": (Refuse("InternalError", 500), SourceUnavailableError, "InternalError"),
    "gateway": (Refuse("", 502), SourceUnavailableError, "nothing that makes sense"),
}


@pytest.fixture
def host(plugin_host: MakeHost, place: BucketPlace) -> PluginHost:
    place.put("a.txt", b"alpha")
    return host_for(plugin_host, place)


@pytest.mark.parametrize(("refusal", "error", "words"), OF_THE_BUCKET.values(), ids=OF_THE_BUCKET)
async def test_a_listing_that_is_refused_deletes_nothing_and_says_why(
    host: PluginHost, place: BucketPlace, refusal: Refuse, error: type[MosaicError], words: str
) -> None:
    known = Known()
    await crawl(host, place, known)
    place.front.always["list"] = refusal
    with pytest.raises(error, match=words) as told:
        await crawl(host, place, known)
    assert list(known.files) == ["/pictures/a.txt"]
    assert KEY not in str(told.value)
    assert SECRET not in str(told.value)


@pytest.mark.parametrize(("refusal", "error", "words"), OF_THE_BUCKET.values(), ids=OF_THE_BUCKET)
async def test_a_read_that_is_refused_says_why_and_never_that_the_file_is_gone(
    host: PluginHost, place: BucketPlace, refusal: Refuse, error: type[MosaicError], words: str
) -> None:
    entry = place.entry("a.txt")
    place.front.always["get"] = refusal
    with pytest.raises(error, match=words):
        await read(host, entry, Span())


async def test_what_nobody_can_read_is_said(host: PluginHost, place: BucketPlace) -> None:
    """An object under a key that only its writer has."""
    entry = place.entry("a.txt")
    place.front.always["get"] = Refuse("InvalidRequest", 400)
    with pytest.raises(EntryUnreadableError, match="InvalidRequest"):
        await read(host, entry, Span())


async def test_a_bucket_that_was_deleted_is_not_an_empty_one(host: PluginHost, place: BucketPlace) -> None:
    entry, known = place.entry("a.txt"), Known()
    await crawl(host, place, known)
    place.remove("a.txt")
    with pytest.raises(EntryGoneError):
        await read(host, entry, Span())
    place.admin.delete_bucket(Bucket=place.name)
    with pytest.raises(AccessRefusedError, match="no such bucket"):
        await crawl(host, place, known)
    with pytest.raises(AccessRefusedError, match="no such bucket"):
        await read(host, entry, Span())
    assert list(known.files) == ["/pictures/a.txt"]


async def test_a_throttled_listing_waits_and_goes_on(host: PluginHost, place: BucketPlace) -> None:
    place.front.faults["list"].extend([Refuse("SlowDown", 503, {"Retry-After": "3"}), Refuse("SlowDown", 503)])
    known = Known()
    assert (await crawl(host, place, known)).complete
    assert list(known.files) == ["/pictures/a.txt"]
    assert sum(place.waits) >= 3


async def test_what_the_service_was_asked_and_how_long_it_made_us_wait_is_told_once(
    host: PluginHost, place: BucketPlace
) -> None:
    """By crawls and by readers alike; a page that was refused was asked for too."""
    assert (await crawl(host, place, Known())).usage == Usage(requests={"list": 1})
    assert await read(host, place.entry("a.txt"), Span()) == b"alpha"
    place.front.faults["list"].append(Refuse("SlowDown", 503, {"Retry-After": "3"}))
    usage = (await crawl(host, place, Known())).usage
    assert usage is not None
    assert usage.requests == {"read": 1, "list": 2}
    assert 2.9 < usage.throttled_s <= 3, "less what it would have waited in any case"
    assert (await crawl(host, place, Known())).usage == Usage(requests={"list": 1})


async def test_a_service_that_hangs_is_unreachable(
    host: PluginHost, place: BucketPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boto, "ANSWER_S", 0.2)
    place.client = place.client_of(place.bucket)
    place.front.always["list"] = Hang()
    with pytest.raises(SourceUnavailableError, match="connection broke"):
        await crawl(host, place, Known())
    assert place.front.times("list") == 3
    place.client.close()


async def test_a_service_that_is_not_there_is_unreachable(host: PluginHost, place: BucketPlace) -> None:
    entry = place.entry("a.txt")
    place.client = place.client_of(replace(place.bucket, url="http://127.0.0.1:1"))
    with pytest.raises(SourceUnavailableError, match="no connection"):
        await crawl(host, place, Known())
    with pytest.raises(SourceUnavailableError, match="no connection"):
        await read(host, entry, Span())
    place.client.close()
