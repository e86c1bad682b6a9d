"""Asking the plugin as the kernel does, through a host."""

from __future__ import annotations

from contextlib import aclosing
from types import ModuleType

from mosaicfs import PluginHost
from mosaicfs.model.crawling import CrawlEnd
from mosaicfs.model.entry import Entry, Span
from mosaicfs_bridge_s3 import plugin
from mosaicfs_sdk.conformance.crawl import Known
from mosaicfs_sdk.fakes.given_module import GivenModule
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.bridges.s3.tests.conftest import BucketPlace


def host_for(make: MakeHost, place: BucketPlace, module: ModuleType = plugin) -> PluginHost:
    return make(module, options={GivenModule(module).name: place.options})


async def crawl(host: PluginHost, place: BucketPlace, known: Known) -> CrawlEnd:
    known.begin()
    end = await host.hooks.crawl(place.source, None, known)
    assert end is not None
    known.end(end)
    return end


async def read(host: PluginHost, entry: Entry, span: Span) -> bytes:
    stream = await host.hooks.materialize(entry, span)
    assert stream is not None
    async with aclosing(stream):
        return b"".join([piece async for piece in stream])
