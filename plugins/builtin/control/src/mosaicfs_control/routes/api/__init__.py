"""All endpoints of the REST API, one file a noun."""

from mosaicfs_control.rest.routing import Routes
from mosaicfs_control.routes.api import (
    activity,
    agents,
    auth,
    conflicts,
    credentials,
    events,
    files,
    filesystems,
    health,
    identity,
    jobs,
    joining,
    mounts,
    node_changes,
    node_work,
    nodes,
    notifications,
    openapi,
    search,
    settings,
    storage,
    system,
)

ROUTES = Routes()
for room in (
    identity,
    health,
    system,
    search,
    files,
    nodes,
    filesystems,
    notifications,
    auth,
    credentials,
    joining,
    agents,
    node_changes,
    node_work,
    mounts,
    jobs,
    events,
    settings,
    conflicts,
    storage,
    activity,
):
    ROUTES.include(room.routes)
ROUTES.include(openapi.routes_for(ROUTES))
