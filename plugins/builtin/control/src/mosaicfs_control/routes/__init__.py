"""All endpoints of the replication protocol, one file a noun."""

from mosaicfs_control.routes import all_docs, bulk, changes, database, documents, find, local, server
from mosaicfs_control.routing import Routes

ROUTES = Routes()
for room in (server, database, documents, bulk, changes, all_docs, local, find):
    ROUTES.include(room.routes)
