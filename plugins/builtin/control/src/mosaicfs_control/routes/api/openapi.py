"""The description of this API, made from the endpoints themselves."""

from __future__ import annotations

from functools import cache

import msgspec

from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.docs_page import POLICY, docs_page
from mosaicfs_control.rest.openapi import described
from mosaicfs_control.rest.routing import Call, Routes


def routes_for(described_routes: Routes) -> Routes:
    """The endpoints that describe `described_routes` and themselves, for programs and for people."""
    routes = Routes()

    @cache
    def document() -> bytes:
        return msgspec.json.encode(described(described_routes))

    @routes.on("GET", "/api/openapi.json", access="public", from_replica=True)
    async def openapi(call: Call, query: NoQuery) -> Ready:
        """Describe this API in OpenAPI 3.1."""
        return Ready(document())

    @cache
    def page() -> bytes:
        return docs_page(described(described_routes)).encode()

    @routes.on("GET", "/api/docs", access="public", sends_page=True, from_replica=True)
    async def docs(call: Call, query: NoQuery) -> Ready:
        """Show this API on a page."""
        return Ready(page(), headers={"content-security-policy": POLICY}, media_type="text/html; charset=utf-8")

    return routes
