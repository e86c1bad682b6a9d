"""All endpoints of the REST API, one file a noun."""

from mosaicfs_control.rest.routing import Routes
from mosaicfs_control.routes.api import (
    files,
    filesystems,
    health,
    identity,
    nodes,
    notifications,
    openapi,
    search,
    system,
)

ROUTES = Routes()
for room in (identity, health, system, search, files, nodes, filesystems, notifications):
    ROUTES.include(room.routes)
ROUTES.include(openapi.routes_for(ROUTES))
