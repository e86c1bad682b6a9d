"""What every crawl and every source of bytes must do, asked of a bucket of a real S3 server."""

from __future__ import annotations

import pytest

from mosaicfs.model.json import JsonObject
from mosaicfs_bridge_s3 import plugin
from mosaicfs_sdk.conformance.crawl import CrawlConformance
from mosaicfs_sdk.conformance.materialize import MaterializeConformance
from plugins.bridges.s3.tests.conftest import BucketPlace


class TestCrawl(CrawlConformance):
    plugin = plugin

    @pytest.fixture
    def options(self, place: BucketPlace) -> JsonObject:
        return place.options

    @pytest.fixture
    def place(self, place: BucketPlace) -> BucketPlace:
        return place


class TestMaterialize(MaterializeConformance):
    plugin = plugin

    @pytest.fixture
    def options(self, place: BucketPlace) -> JsonObject:
        return place.options

    @pytest.fixture
    def place(self, place: BucketPlace) -> BucketPlace:
        return place
