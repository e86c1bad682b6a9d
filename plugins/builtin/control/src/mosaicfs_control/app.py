"""The web application that other programs reach over TCP. The web page joins here.

Until there is a login the REST API is served on the owner's Unix socket alone; here it refuses.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from mosaicfs import Store
from mosaicfs_control.rest.outside import refuse_outside
from mosaicfs_control.stopping import Stopping
from mosaicfs_control.surface import BASE, ReplicationSurface


def build_app(store: Store, key: bytes, stopping: Stopping) -> FastAPI:
    app = FastAPI(title="MosaicFS", openapi_url=None, redirect_slashes=False)
    app.mount(BASE, ReplicationSurface(store, key, stopping))
    app.mount("/api", refuse_outside)
    app.add_api_route("/_session", _no_cookies, methods=["POST", "DELETE"])
    return app


async def _no_cookies(request: Request) -> JSONResponse:
    """CouchDB's replicator asks for a cookie at the root of the host, wherever the database is."""
    async for _ in request.stream():
        pass
    return JSONResponse({"error": "not_found", "reason": "missing"}, 404)
