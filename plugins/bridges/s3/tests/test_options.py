"""What is wrong with options is said, in words, before anything is asked; and what they come to."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

import pytest

from mosaicfs.errors import OptionsError
from mosaicfs.model.secret import Secret
from mosaicfs_bridge_s3.options import B2Options, BucketOptions, S3Options

KEYS: dict[str, Any] = {"access_key_id": Secret("id-of-key"), "secret_access_key": Secret("the-secret-itself")}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"prefix": "/photos"}, "prefix must not begin"),
        ({"endpoint": "s3.example.com"}, "endpoint is no address"),
        ({"endpoint": "http://s3.example.com"}, "must begin with https"),
        ({"endpoint": "https://me:word@s3.example.com"}, "plain address"),
        ({"endpoint": "https://s3.example.com?x=1"}, "plain address"),
        ({"mock_faults": "throttle, sulk"}, "sulk"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        S3Options(bucket="pictures", **wrong)


def test_b2_wants_its_region() -> None:
    with pytest.raises(ValueError, match="region is missing"):
        B2Options(bucket="pictures")


@pytest.mark.parametrize("missing", ["access_key_id", "secret_access_key"])
def test_a_missing_key_is_named_when_it_is_needed(missing: str) -> None:
    options = S3Options(bucket="pictures", **{**KEYS, missing: Secret("")})
    with pytest.raises(OptionsError, match=f"{missing} is not set on this node"):
        options.as_bucket()


def test_neither_a_public_nor_a_made_up_bucket_needs_a_key() -> None:
    assert S3Options(bucket="pictures", anonymous=True).as_bucket().keys is None
    assert S3Options(bucket="pictures", mock=True).as_bucket().made_up is not None
    assert B2Options(bucket="pictures", mock=True).as_bucket().made_up is not None


@pytest.mark.parametrize(("given", "prefix"), [("", ""), ("photos", "photos/"), ("photos/", "photos/")])
def test_a_prefix_is_a_folder(given: str, prefix: str) -> None:
    assert S3Options(bucket="pictures", prefix=given, **KEYS).as_bucket().prefix == prefix


@pytest.mark.parametrize(
    ("endpoint", "style", "in_path"),
    [
        ("", "auto", False),
        ("https://s3.example.com", "auto", True),
        ("https://s3.example.com", "never", False),
        ("", "always", True),
    ],
)
def test_the_bucket_stands_in_the_path_where_the_endpoint_is_ones_own(endpoint: str, style: Any, in_path: bool) -> None:
    bucket = S3Options(bucket="pictures", endpoint=endpoint, path_style=style, **KEYS).as_bucket()
    assert bucket.path_style is in_path


def test_b2_finds_its_address_by_the_region() -> None:
    bucket = B2Options(bucket="pictures", region="eu-central-003", **KEYS).as_bucket()
    assert urlsplit(bucket.url)[:3] == ("https", "s3.eu-central-003.backblazeb2.com", "")
    assert not bucket.etag_is_md5


@pytest.mark.parametrize("shown", [repr, str, lambda each: f"{each}"])
def test_no_secret_is_shown(shown: Any) -> None:
    options = S3Options(bucket="pictures", session_token=Secret("lent-for-a-while"), **KEYS)
    for each in (options, options.as_bucket()):
        assert not any(secret in shown(each) for secret in ("id-of-key", "the-secret-itself", "lent-for-a-while"))


@pytest.mark.parametrize("options", [S3Options, B2Options])
def test_each_field_of_the_form_is_explained_in_one_sentence(options: type[BucketOptions]) -> None:
    for option in fields(options):
        label, told = (
            option.metadata.get("title") or option.name.replace("_", " ").capitalize(),
            option.metadata["help"],
        )
        assert not re.search(r"_|\bmb\b|\bid\b", label), f"{label} is not written as people write"
        assert re.fullmatch(r"[A-Z][^.]*(\.\w[^.]*)*\.", told), f"{label}: {told}"
