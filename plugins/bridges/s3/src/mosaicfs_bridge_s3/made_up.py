"""A service that is not there, in the place of boto3's client: what it holds is a function of a few numbers.

Content is a function of seed, key and version, so that any reader can be checked. At each poll some files change, move
or vanish. What it does wrong, it does the way boto3 tells of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import md5
from io import BytesIO
from random import Random
from time import sleep
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from mosaicfs_bridge_s3.options import MadeUp

PAGE = 1000
LARGEST = 1 << 16
SLOW_S = 0.05
EVERY = 5
"""Each so many requests one goes wrong; a listing that is tried three times gets through."""

_FOLDERS = ("letters", "pictures/2024", "pictures/2025", "music", "odd//places", "ünïcode")
_ENDINGS = ("txt", "jpg", "pdf", "flac", "md")
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_RANGE = "bytes="


class MadeUpService:
    def __init__(self, settings: MadeUp) -> None:
        self._settings = settings
        self._chance = Random(f"{settings.seed}|polls")
        self._numbers = settings.files
        self._files = {_key(settings.seed, number): 1 for number in range(settings.files)}
        self._polls = 0
        self._asked = 0

    def list_objects_v2(self, **asked: Any) -> Mapping[str, Any]:
        after = asked.get("ContinuationToken", "")
        if not after:
            self._poll()
        self._perhaps_fail()
        keys = [key for key in self._shown() if key.startswith(asked["Prefix"]) and key > after]
        page, rest = keys[:PAGE], keys[PAGE:]
        if not rest and "partial_listing" in self._settings.faults:
            return {"Contents": [self._listed(key) for key in page]}
        more = {"NextContinuationToken": page[-1]} if rest else {}
        return {"IsTruncated": bool(rest), "Contents": [self._listed(key) for key in page], **more}

    def get_object(self, **asked: Any) -> Mapping[str, Any]:
        key = asked["Key"]
        self._perhaps_fail()
        if "slow_read" in self._settings.faults:
            sleep(SLOW_S)
        if key not in self._files:
            raise _error("NoSuchKey", 404)
        whole = self._content(key)
        etag = f'"{_etag(whole)}"'
        if etag != asked["IfMatch"] or self._goes_wrong("changed_while_reading"):
            raise _error("PreconditionFailed", 412)
        return {"ETag": etag, **self._part(whole, asked.get("Range", ""))}

    def restore_object(self, **asked: Any) -> Mapping[str, Any]:
        return {}

    def close(self) -> None:
        """Nothing is open."""

    def _poll(self) -> None:
        """From the second on the world moves."""
        self._polls += 1
        if self._polls == 1:
            return
        for key in [key for key in sorted(self._files) if self._chance.random() < self._settings.churn]:
            version = self._files.pop(key)
            match self._chance.choice(("change", "move", "vanish")):
                case "change":
                    self._files[key] = version + 1
                case "move":
                    self._numbers += 1
                    self._files[_key(self._settings.seed, self._numbers)] = version

    def _shown(self) -> list[str]:
        keys = sorted(self._files)
        lost = "mass_deletion" in self._settings.faults and self._polls > 1
        return keys[: len(keys) // 10] if lost else keys

    def _listed(self, key: str) -> Mapping[str, Any]:
        content, version = self._content(key), self._files[key]
        modified = _BEGAN + timedelta(hours=version)
        return {"Key": key, "Size": len(content), "ETag": f'"{_etag(content)}"', "LastModified": modified}

    def _content(self, key: str) -> bytes:
        return made_up_content(self._settings.seed, key, self._files[key])

    def _part(self, whole: bytes, wanted: str) -> Mapping[str, Any]:
        first, end = 0, len(whole)
        if wanted:
            first, last = (int(number) for number in wanted.removeprefix(_RANGE).split("-"))
            end = min(last + 1, end)
        cut = end - first >= 2 and self._goes_wrong("short_read")
        sent = whole[first : (first + end) // 2 if cut else end]
        range_sent = {"ContentRange": f"bytes {first}-{end - 1}/{len(whole)}"} if wanted else {}
        return {"Body": BytesIO(sent), "ContentLength": end - first, **range_sent}

    def _perhaps_fail(self) -> None:
        self._asked += 1
        if "token_loss" in self._settings.faults and self._polls > 1:
            raise _error("ExpiredToken", 400)
        if self._goes_wrong("throttle"):
            raise _error("SlowDown", 503)
        if self._goes_wrong("timeout"):
            raise ReadTimeoutError(endpoint_url="https://made-up.invalid")

    def _goes_wrong(self, fault: str) -> bool:
        return fault in self._settings.faults and self._asked % EVERY == 1


@lru_cache(1024)
def made_up_content(seed: int, key: str, version: int) -> bytes:
    chance = Random(f"{seed}|{key}|{version}")
    return chance.randbytes(chance.randrange(LARGEST))


def _etag(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()


def _key(seed: int, number: int) -> str:
    chance = Random(f"{seed}|{number}")
    return f"{chance.choice(_FOLDERS)}/{number:06}.{chance.choice(_ENDINGS)}"


def _error(code: str, status: int) -> ClientError:
    about: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}}}
    return ClientError(about, "made up")
