"""Plugin documents through the API: made, shown, changed, removed; wrong options are named, secrets never come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import msgspec
import pytest

from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NodeKeys, node_keys
from mosaicfs.identity.sealed_secrets import open_sealed, secret_place
from mosaicfs.model.described_plugin import DescribedPlugin
from mosaicfs.model.ids import plugin_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.secret import Secret
from mosaicfs.model.store import Store
from mosaicfs.plugin_host.contract import contract_of
from mosaicfs.plugin_host.describing import described
from plugins.builtin.control.tests.api.conftest import Served
from plugins.builtin.control.tests.api.seeds import Put, node, status

NAS = "node-nas"
PLUGINS = f"/api/nodes/{NAS}/plugins"
HOOK = f"{PLUGINS}/hook@phone"
DOCUMENT = plugin_id(NAS, "hook@phone")


@dataclass(frozen=True, kw_only=True)
class Options:
    url: str
    secret: Secret
    tries: int = field(default=3, metadata={"minimum": 1})

    def __post_init__(self) -> None:
        if self.url.startswith("http:"):
            raise ValueError("url must begin with https")


def known(code: str) -> DescribedPlugin | None:
    """What the process behind the API has loaded."""
    module = ModuleType(code)
    module.PLUGIN = PluginInfo(  # type: ignore[attr-defined]  # as a plugin sets it
        name="hook", title="Hook", summary="", version="1", api=1, options=Options, events=("file.added",)
    )
    return described(contract_of(code, module)) if code == "hook" else None


@pytest.fixture
def keys(tmp_path: Path) -> NodeKeys:
    return node_keys(KeyFiles(tmp_path / "keys"))


@pytest.fixture
async def api(served: Served, put: Put, keys: NodeKeys) -> httpx.AsyncClient:
    """Of a server that knows one plugin, and a node that has told of it."""
    kernel: Any = served.instance.kernel
    kernel.described_plugin = known
    item: JsonObject = {"name": "hook", "kind": "distribution", "title": "Hook", "standing": "ready", "reason": ""}
    plugins: JsonObject = {"status": "healthy", "since": "2026-01-15T14:30:00Z", "items": [item]}
    await put(
        {
            f"node::{NAS}": node(NAS, sealing_key=keys.sealing_key),
            f"status::{NAS}": status(NAS, available_plugins=["hook"], subsystems={"plugins": plugins}),
        }
    )
    return served.owner


async def made(api: httpx.AsyncClient, **members: object) -> dict[str, Any]:
    settings = {"url": "https://example.org", "secret": "very-secret"}
    answer = await api.post(PLUGINS, json={"plugin_name": "hook@phone", "settings": settings, **members})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(answer: httpx.Response, reason: str) -> None:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["detail"]["reason"]) == (409, "conflict", reason), answer.text


async def settings_of(store: Store) -> dict[str, Any]:
    document = await store.get(DOCUMENT)
    assert document is not None
    assert b"very-secret" not in document.body
    found: dict[str, Any] = msgspec.json.decode(document.body)["settings"]
    return found


async def test_one_is_made_as_it_suggests_shown_changed_and_removed(api: httpx.AsyncClient) -> None:
    shown = await made(api)
    assert (shown["plugin_type"], shown["name"], shown["enabled"]) == ("python", "Hook", True)
    assert (shown["subscribed_events"], shown["warnings"]) == (["file.added"], [])
    assert shown["settings_schema"]["required"] == ["url", "secret"]
    changed = (await api.patch(HOOK, json={"enabled": False, "settings": {"tries": 5}})).json()
    assert (changed["enabled"], changed["settings"]["tries"]) == (False, 5)
    assert (await api.get(HOOK)).json() == changed
    for listed in (PLUGINS, f"/api/plugins?node_id={NAS}", "/api/plugins"):
        assert (await api.get(listed)).json()["items"] == [changed]
    assert (await api.get("/api/plugins?capability=search")).json()["items"] == []
    refused(await api.post(PLUGINS, json={"plugin_name": "hook@phone"}), "exists")
    assert (await api.delete(HOOK)).status_code == 204
    assert [(await api.get(HOOK)).status_code, (await api.delete(HOOK)).status_code] == [404, 404]


async def test_secrets_are_sealed_for_the_node_and_never_shown(
    api: httpx.AsyncClient, store: Store, keys: NodeKeys
) -> None:
    shown = await made(api)
    assert shown["settings"] == {"url": "https://example.org", "secret": "__REDACTED__"}
    first = await settings_of(store)
    place = secret_place(DOCUMENT, "secret", NAS)
    assert open_sealed(keys.sealing, first["secret"]["sealed"], place) == "very-secret"
    kept = await api.patch(HOOK, json={"settings": shown["settings"], "name": "Mine"})
    assert kept.json()["settings"] == shown["settings"]
    assert await settings_of(store) == first
    await api.patch(HOOK, json={"secrets": {"secret": "another", "extra": "e"}})
    second = await settings_of(store)
    assert open_sealed(keys.sealing, second["secret"]["sealed"], place) == "another"
    taken = await api.patch(HOOK, json={"secrets": {"extra": None}})
    assert set(taken.json()["settings"]) == {"url", "secret"}
    assert "sealed" not in taken.text


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"settings": {"secret": "s"}}, "settings.url"),
        ({"settings": {"url": "https://a"}}, "settings.secret"),
        ({"settings": {"url": "https://a", "secret": "s", "tries": 0}}, "settings.tries"),
        ({"settings": {"url": 7, "secret": "s"}}, "settings.url"),
        ({"settings": {"url": "http://a", "secret": "s"}}, "settings.url"),
        ({"settings": {"url": "https://a", "secret": 7}}, "settings.secret"),
        ({"settings": {"url": "https://a", "secret": "s", "api_key": "k"}}, "settings.api_key"),
        ({"settings": {"url": "https://a", "secret": "s", "more": {"sealed": "x"}}}, "settings.more"),
        ({"config": {"secret": "s"}}, "config.secret"),
        ({"plugin_name": "../hook"}, "plugin_name"),
        ({"plugin_name": "stranger"}, "plugin_type"),
        ({"workers": 33}, "workers"),
        ({"batch_size": 2}, "batch_size"),
        ({"provides_filesystem": True}, "file_path_prefix"),
        ({"file_path_prefix": "mail"}, "file_path_prefix"),
        ({"plugin_type": "tcp"}, "socket_address"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_work_is_refused_by_name(api: httpx.AsyncClient, members: dict[str, Any], field: str) -> None:
    given = {"plugin_name": "hook", "settings": {"url": "https://a", "secret": "s"}, **members}
    answer = await api.post(PLUGINS, json=given)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["error"]["detail"]["fields"]] == [field]
    assert (await api.get(PLUGINS)).json()["items"] == []


async def test_a_change_is_looked_at_as_a_whole(api: httpx.AsyncClient) -> None:
    await made(api)
    wrong = await api.patch(HOOK, json={"settings": {"url": None}})
    assert (wrong.status_code, wrong.json()["error"]["detail"]["fields"][0]["field"]) == (422, "settings.url")
    assert (await api.patch(HOOK, json={"settings": {"url": None}, "enabled": False})).status_code == 200


async def test_one_that_is_not_installed_waits_with_a_warning(api: httpx.AsyncClient) -> None:
    given = {"plugin_name": "stranger", "plugin_type": "executable", "settings": {"depth": 3}, "batch_size": 20}
    answer = await api.post(PLUGINS, json=given)
    assert (answer.status_code, answer.json()["warnings"]) == (201, ["not_installed"])
    assert "settings_schema" not in answer.json()
    found = (await api.get(f"{PLUGINS}/available")).json()["items"]
    assert [(each["name"], each["configured"]) for each in found] == [("hook", False)]


async def test_what_could_be_set_up_brings_the_form_for_it(api: httpx.AsyncClient) -> None:
    (found,) = (await api.get(f"{PLUGINS}/available")).json()["items"]
    assert found["settings_schema"]["properties"]["secret"]["type"] == "secret"
    assert found["settings_schema"]["required"] == ["url", "secret"]
    assert (found["events"], found["mime_globs"], found["backends"]) == (["file.added"], [], [])


async def test_one_node_alone_looks_at_every_file(api: httpx.AsyncClient) -> None:
    await made(api)
    there = "/api/nodes/node-laptop/plugins"
    given = {"plugin_name": "hook@phone", "enabled": False, "scope": "all"}
    assert (await api.post(there, json=given)).status_code == 201
    enabling = {"enabled": True, "settings": {"url": "https://a"}, "secrets": {"secret": "s"}}
    refused(await api.patch(f"{there}/hook@phone", json=enabling), "scope")
    assert (await api.patch(HOOK, json={"enabled": False})).status_code == 200
    assert (await api.patch(f"{there}/hook@phone", json=enabling)).status_code == 200
    refused(await api.patch(HOOK, json={"enabled": True}), "scope")


async def test_prefixes_of_a_node_do_not_contain_each_other(api: httpx.AsyncClient) -> None:
    await made(api, file_path_prefix="/mail")
    inside = {"plugin_name": "other", "plugin_type": "socket", "file_path_prefix": "/mail/old"}
    refused(await api.post(PLUGINS, json=inside), "prefix")
    assert (await api.post(PLUGINS, json={**inside, "file_path_prefix": "/mails"})).status_code == 201
    assert (await api.patch(HOOK, json={"file_path_prefix": "/mail/old"})).status_code == 200


async def test_what_holds_the_secrets_of_a_backend_stays(api: httpx.AsyncClient) -> None:
    backend = {"name": "photos", "backend": "s3", "mode": "source", "hosting_node_id": NAS, "secrets": {"key": "k"}}
    assert (await api.post("/api/storage-backends", json=backend)).status_code == 201
    refused(await api.delete(f"{PLUGINS}/s3@photos"), "secrets")
    assert (await api.delete("/api/storage-backends/photos")).status_code == 204
    assert (await api.get(f"{PLUGINS}/s3@photos")).status_code == 404


async def test_a_change_of_what_was_not_seen_is_refused(api: httpx.AsyncClient) -> None:
    await made(api)
    stale = await api.patch(HOOK, json={"enabled": False}, headers={"if-match": '"1-0"'})
    assert stale.status_code == 412
    assert stale.json()["error"]["detail"]["current"]["settings"]["secret"] == "__REDACTED__"
