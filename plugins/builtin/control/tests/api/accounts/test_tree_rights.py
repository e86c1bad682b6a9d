"""Who may look at the tree, and who may change it."""

from __future__ import annotations

from plugins.builtin.control.tests.api.accounts.conftest import Server

BASE = "/api/vfs/directories"
NODES = f"{BASE}/nodes"


async def test_a_reading_key_looks_and_previews_and_changes_nothing(server: Server) -> None:
    owner = await server.owner()
    assert (await owner.post(BASE, json={"virtual_path": "/nodes"})).status_code == 201
    reader = (await server.key("read"))[2]
    for path in (NODES, "/api/vfs", "/api/vfs/tree", "/api/explain?path=/nodes"):
        assert (await reader.get(path)).status_code == 200, path
    assert (await reader.post(f"{NODES}/preview", json={"steps": []})).status_code == 200
    for method, path in (("POST", BASE), ("PATCH", NODES), ("DELETE", NODES)):
        assert (await reader.request(method, path, json={})).status_code == 403
    assert (await owner.get(NODES)).status_code == 200


async def test_nobody_learns_nothing_of_the_tree(server: Server) -> None:
    nobody = await server.caller()
    for path in (NODES, f"{BASE}/none", "/api/vfs", "/api/vfs/tree", "/api/explain?path=/"):
        assert (await nobody.get(path)).status_code == 401, path
