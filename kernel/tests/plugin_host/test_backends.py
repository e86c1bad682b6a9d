"""Bridges: each source is asked of the plugin that serves its type, with the options of that backend."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

import pytest

from mosaicfs.errors import OptionsError
from mosaicfs.model.crawling import Change, Source
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.json import Json
from mosaicfs.plugin_host.host import PluginHost

MakeHost = Callable[..., PluginHost]

BRIDGE = """
from dataclasses import dataclass, field
from mosaicfs.model.crawling import Change, CrawlEnd
from mosaicfs.model.secret import Secret

@dataclass(frozen=True)
class Options:
    bucket: str
    region: str = "here"
    password: Secret = Secret("")

PLUGIN = PluginInfo(name="{name}", title="", summary="", version="1", api=1, options=Options,
                    backends=(ServedBackend("{name}"),))

@hookimpl
async def crawl(source, into, options):
    if not options.bucket:
        raise OptionsError("{name}", "bucket is empty")
    said = f"{name} {{options.bucket}} {{options.region}} {{options.password.reveal()}} {{sorted(source.options)}}"
    await into.send(Change(action="update", export_path="/" + said))
    return CrawlEnd(complete=True)

@hookimpl
async def materialize(entry, span, options):
    return pieces(options.bucket.encode())

async def pieces(content):
    yield content
"""


class Told:
    def __init__(self) -> None:
        self.paths: list[str] = []

    async def send(self, change: Change) -> None:
        self.paths.append(change.export_path)

    def progress(self) -> None:
        """It is listing."""


def source(backend: str, **options: Json) -> Source:
    return Source(name="photos", backend=backend, node_id="n", prefix="/photos", options=options)


async def crawled(host: PluginHost, asked: Source) -> list[str]:
    told = Told()
    end = await host.hooks.crawl(asked, None, told)
    assert end is not None
    return told.paths


async def test_each_backend_has_options_of_its_own_and_secrets_stand_only_there(host: MakeHost) -> None:
    found = host({"glass": BRIDGE.format(name="glass"), "steel": BRIDGE.format(name="steel")})
    assert [item.standing for item in found.items()] == ["ready", "ready"]
    assert await crawled(found, source("steel", bucket="b", password="hunter22")) == [
        "/steel b here hunter22 ['bucket']"
    ]
    assert await crawled(found, source("glass", bucket="c", region="far")) == ["/glass c far  ['bucket', 'region']"]


async def test_what_the_configuration_gives_holds_for_all_its_backends(host: MakeHost) -> None:
    found = host({"glass": BRIDGE.format(name="glass")}, options={"glass": {"region": "mine", "bucket": "default"}})
    assert await crawled(found, source("glass")) == ["/glass default mine  []"]


async def test_wrong_options_of_one_backend_do_not_pause_the_plugin(host: MakeHost) -> None:
    found = host({"glass": BRIDGE.format(name="glass")})
    with pytest.raises(OptionsError, match="the backend photos are wrong: bucket is missing"):
        await crawled(found, source("glass"))
    with pytest.raises(OptionsError, match="bucket is empty"):
        await crawled(found, source("glass", bucket=""))
    assert await crawled(found, source("glass", bucket="b"))
    assert found.items()[0].standing == "ready"


async def test_bytes_are_asked_of_the_plugin_of_that_type(host: MakeHost, entry: Entry) -> None:
    found = host({"glass": BRIDGE.format(name="glass"), "steel": BRIDGE.format(name="steel")})
    stream = await found.hooks.materialize(entry, Span(), source("steel", bucket="0123456789"))
    assert stream is not None
    async with aclosing(stream):
        assert b"".join([piece async for piece in stream]) == b"0123456789"


async def test_a_type_that_nobody_serves_is_nobodys(host: MakeHost, entry: Entry) -> None:
    found = host({"glass": BRIDGE.format(name="glass")})
    assert found.hooks.served("steel") is None


@pytest.mark.allow_log("plugin failed")
async def test_secrets_of_a_backend_are_in_no_message(host: MakeHost) -> None:
    leaking = BRIDGE.format(name="glass").replace(
        'raise OptionsError("glass", "bucket is empty")', 'raise ValueError("no " + options.password.reveal())'
    )
    found = host({"glass": leaking})
    with pytest.raises(Exception, match="no ••••"):
        await crawled(found, source("glass", bucket="", password="hunter22"))
