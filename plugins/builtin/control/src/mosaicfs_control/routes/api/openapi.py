"""The description of this API, made from the endpoints themselves."""

from __future__ import annotations

from functools import cache

import msgspec

from mosaicfs_control.answers import Ready
from mosaicfs_control.rest.asking import NoQuery
from mosaicfs_control.rest.openapi import described
from mosaicfs_control.rest.routing import Call, Routes


def routes_for(described_routes: Routes) -> Routes:
    """The endpoint that describes `described_routes` and itself."""
    routes = Routes()

    @cache
    def document() -> bytes:
        return msgspec.json.encode(described(described_routes))

    @routes.on("GET", "/api/openapi.json", access="public", from_replica=True)
    async def openapi(call: Call, query: NoQuery) -> Ready:
        """Describe this API in OpenAPI 3.1."""
        return Ready(document())

    return routes
