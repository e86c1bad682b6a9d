"""What the service says, translated once into what can be done about it.

Nothing of a request is repeated in a message: it holds the key, or what was made with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from mosaicfs.errors import (
    AccessRefusedError,
    ArchivedError,
    EntryChangedError,
    EntryGoneError,
    EntryUnreadableError,
    MosaicError,
    PeerGarbledError,
    QuotaFullError,
    SignInNeededError,
    SourceUnavailableError,
    ThrottledError,
)
from mosaicfs_bridge_s3.options import Bucket

SLOW_DOWN = frozenset({"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequests"})
KEY_TROUBLE = {
    "InvalidAccessKeyId": "the access key is not known there; enter it anew",
    "SignatureDoesNotMatch": "the secret access key does not fit the access key; enter both anew",
    "AuthorizationHeaderMalformed": "it expects another region; set `region` to that of the bucket",
    "PermanentRedirect": "it lies in another region; set `region` to that of the bucket",
    "IllegalLocationConstraintException": "it lies in another region; set `region` to that of the bucket",
    "AccountProblem": "there is a problem with the account; look at the page of the service",
    "AllAccessDisabled": "the service has closed it; look at the page of the service",
    "InvalidBucketName": "that is no name for a bucket; correct `bucket`",
    "NoSuchBucket": "there is no such bucket; correct `bucket`, or make it again",
    "NotSignedUp": "the account is not signed up for the service",
}
FULL = frozenset({"QuotaExceeded", "StorageFull", "XMinioStorageFull", "InsufficientCapacity"})
SPOILT = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"})
"""What came is not what its digest says: the file has changed while it was sent."""

LENT_KEY_ENDED = frozenset({"ExpiredToken", "InvalidToken", "TokenRefreshRequired", "ExpiredTokenException"})


@contextmanager
def speaking_s3(bucket: Bucket, file_id: str | None = None) -> Iterator[None]:
    """`file_id` where one object is asked for; without it the trouble is that of the whole bucket."""
    try:
        yield
    except ClientError as error:
        raise _refused(bucket, file_id, error.response) from None
    except ResponseParserError:
        raise PeerGarbledError(bucket.name, "it is not what S3 answers") from None
    except EndpointConnectionError:
        raise SourceUnavailableError(bucket.name, "no connection to it can be made") from None
    except (BotoCoreError, HTTPClientError, HTTPError, OSError) as error:
        raise SourceUnavailableError(bucket.name, f"the connection broke ({type(error).__name__})") from None


def _refused(bucket: Bucket, file_id: str | None, response: Mapping[str, Any]) -> MosaicError:
    code, status, headers = _facts(response)
    if code in SLOW_DOWN or status in (429, 503):
        return ThrottledError(bucket.name, _retry_after(headers))
    if code in FULL or status == 507:
        return QuotaFullError(bucket.name)
    if status >= 500 or code in ("RequestTimeout", "InternalError"):
        return SourceUnavailableError(bucket.name, f"it answers {code}")
    if code == "RequestTimeTooSkewed":
        return AccessRefusedError(bucket.name, _clocks(response.get("Error", {}), headers))
    if code in LENT_KEY_ENDED:
        return SignInNeededError(bucket.name)
    if (trouble := KEY_TROUBLE.get(code)) is not None:
        return AccessRefusedError(bucket.name, trouble)
    if file_id is not None and (of_object := _of_object(file_id, code, status)):
        return of_object
    if status == 404:
        return AccessRefusedError(bucket.name, KEY_TROUBLE["NoSuchBucket"])
    return AccessRefusedError(bucket.name, f"it answers {code}; check the rights of the key")


def _of_object(file_id: str, code: str, status: int) -> MosaicError | None:
    match code, status:
        case "InvalidObjectState", _:
            return ArchivedError(file_id)
        case _, 404:
            return EntryGoneError(file_id)
        case _ if code in SPOILT:
            return EntryChangedError(file_id)
        case _, 412 | 416:
            return EntryChangedError(file_id)
        case _, 400:
            return EntryUnreadableError(file_id, f"its service answers {code}")
    return None


def _facts(response: Mapping[str, Any]) -> tuple[str, int, Mapping[str, str]]:
    about = response.get("ResponseMetadata", {})
    code = str(response.get("Error", {}).get("Code") or "nothing that makes sense")
    return code, int(about.get("HTTPStatusCode", 0)), about.get("HTTPHeaders", {})


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Only in seconds: a date would compare two clocks."""
    text = headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _clocks(error: Mapping[str, str], headers: Mapping[str, str]) -> str:
    ours = error.get("RequestTime", "unknown")
    theirs = error.get("ServerTime") or headers.get("date", "unknown")
    return f"the clock of this machine says {ours}, that of the service {theirs}; set the wrong one"
