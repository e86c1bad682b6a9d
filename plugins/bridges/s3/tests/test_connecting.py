"""Who speaks with which key: the owner's, through the real options, and nobody else's."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from urllib.parse import urlsplit

import pytest

from mosaicfs.model.entry import Span
from mosaicfs.model.json import JsonObject
from mosaicfs.model.secret import Secret
from mosaicfs_bridge_s3 import connecting, plugin
from mosaicfs_bridge_s3.boto import real_service
from mosaicfs_bridge_s3.options import Bucket, S3Options
from mosaicfs_sdk.conformance.crawl import Known
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.bridges.s3.tests.asking import crawl, read
from plugins.bridges.s3.tests.conftest import KEY, SECRET, TOKEN, BucketPlace

LOADED = "import sys, mosaicfs_bridge_s3.plugin, mosaicfs_bridge_s3.b2; print([m for m in sys.modules if 'boto' in m])"


@pytest.fixture
def real_connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As it is installed; what was opened is closed."""
    monkeypatch.setattr(connecting, "_clients", {})
    monkeypatch.setattr(plugin, "connect", connecting.connect)
    yield
    for client in connecting._clients.values():
        client.close()


async def test_the_options_choose_bucket_and_key(
    place: BucketPlace, real_connect: None, plugin_host: MakeHost, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    place.put("a.txt", b"alpha")
    options: JsonObject = {**place.options, "session_token": TOKEN, "requester_pays": True}
    host = plugin_host(plugin, options={"s3": options})
    await crawl(host, place, known := Known())
    assert await read(host, place.entry("a.txt"), Span()) == b"alpha"
    assert list(known.files) == ["/pictures/a.txt"]
    for _, path, headers in place.front.asked:
        sent = {name.lower(): value for name, value in headers.items()}
        assert path.startswith(f"/{place.name}")
        assert KEY in sent["authorization"]
        assert (sent["x-amz-security-token"], sent["x-amz-request-payer"]) == (TOKEN, "requester")
        assert SECRET not in str(headers)
    assert SECRET not in caplog.text


async def test_a_public_bucket_is_asked_without_a_signature(
    place: BucketPlace, real_connect: None, plugin_host: MakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody-elses")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "somebody-elses")
    options: JsonObject = {"bucket": place.name, "endpoint": place.front.url, "anonymous": True}
    await crawl(plugin_host(plugin, options={"s3": options}), place, Known())
    assert place.front.asked
    assert not any("Authorization" in headers for _, _, headers in place.front.asked)


def test_nothing_of_the_machine_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    strange = tmp_path / "config"
    strange.write_text("[profile other]\nendpoint_url = https://elsewhere.invalid\nregion = mars-north-1\n")
    for name, value in {
        "AWS_CONFIG_FILE": str(strange),
        "AWS_PROFILE": "other",
        "AWS_ENDPOINT_URL": "https://elsewhere.invalid",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere.invalid",
        "AWS_DEFAULT_REGION": "mars-north-1",
        "AWS_ACCESS_KEY_ID": "somebody-elses",
    }.items():
        monkeypatch.setenv(name, value)
    options = S3Options(bucket="pictures", access_key_id=Secret(KEY), secret_access_key=Secret(SECRET))
    service = real_service(options.as_bucket())
    assert urlsplit(service.meta.endpoint_url).hostname == "s3.amazonaws.com"
    assert service.meta.region_name == "us-east-1"
    service.close()


async def test_buckets_of_one_key_share_one_account(real_connect: None) -> None:
    def bucket(name: str, key: str) -> Bucket:
        options = S3Options(bucket=name, access_key_id=Secret(key), secret_access_key=Secret(SECRET))
        return options.as_bucket()

    first, second, other = [
        await connecting.connect(each)
        for each in (bucket("pictures", KEY), bucket("letters", KEY), bucket("letters", "other"))
    ]
    assert first is await connecting.connect(bucket("pictures", KEY))
    assert first is not second
    assert first._account is second._account is not other._account


def test_a_machine_without_buckets_loads_none_of_it() -> None:
    ran = run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
