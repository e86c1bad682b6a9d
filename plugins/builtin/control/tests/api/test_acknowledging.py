"""Acknowledging: the episode that was on the screen, and no other."""

from __future__ import annotations

import httpx
import pytest
from msgspec import structs

from mosaicfs import wire
from mosaicfs.model.ids import SETTINGS_ID
from mosaicfs.model.notification import Notification
from mosaicfs_control.rest.acknowledging import acknowledged, standing_of
from plugins.builtin.control.tests.api.seeds import Put, notification

ID = "node-laptop::a"
PATH = f"/api/notifications/{ID}/acknowledge"
BEGAN = "2026-01-15T14:30:00Z"


async def test_an_acknowledgement_names_the_episode_and_the_person(api: httpx.AsyncClient) -> None:
    answer = await api.post(PATH, json={"activated_at": BEGAN})
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["notification_id"], shown["status"], shown["acknowledges"]) == (ID, "acknowledged", BEGAN)
    assert shown["acknowledged_by"] == "owner"
    assert shown["acknowledged_at"] >= BEGAN
    again = await api.post(PATH)
    assert (again.status_code, again.json()) == (200, shown)
    active = (await api.get("/api/notifications")).json()["items"]
    assert ID not in [one["notification_id"] for one in active]
    history = (await api.get("/api/notifications/history")).json()["items"]
    assert ID in [one["notification_id"] for one in history]


@pytest.mark.parametrize(
    ("path", "activated_at", "status", "reason"),
    [
        (PATH, "2026-01-15T14:29:00Z", 409, "another_episode"),
        ("/api/notifications/node-laptop::c/acknowledge", None, 404, None),
        ("/api/notifications/nobody::x/acknowledge", None, 404, None),
    ],
)
async def test_what_is_not_on_the_screen_any_more_is_not_acknowledged(
    api: httpx.AsyncClient, path: str, activated_at: str | None, status: int, reason: str | None
) -> None:
    body = {} if activated_at is None else {"activated_at": activated_at}
    answer = await api.post(path.replace("::c", "::nothing"), json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"].get("detail", {}).get("reason") == reason


async def test_what_is_over_cannot_be_acknowledged(api: httpx.AsyncClient, put: Put) -> None:
    over = {**notification("info", last_seen=BEGAN, status="resolved"), "resolved_at": BEGAN}
    await put({"notification::node-laptop::over": over})
    answer = await api.post("/api/notifications/node-laptop::over/acknowledge")
    assert (answer.status_code, answer.json()["error"]["detail"]["reason"]) == (409, "resolved")


async def test_all_of_a_severity_up_to_what_was_on_the_screen(api: httpx.AsyncClient, put: Put) -> None:
    later = {**notification("error", last_seen="2026-01-16T00:00:00Z"), "activated_at": "2026-01-16T00:00:00Z"}
    await put({"notification::node-nas::later": later})
    answer = await api.post("/api/notifications/acknowledge-all", json={"severity": "error", "until": BEGAN})
    assert answer.json() == {"acknowledged": 1}
    left = [one["notification_id"] for one in (await api.get("/api/notifications")).json()["items"]]
    assert left == ["node-nas::later", "node-laptop::a"]
    assert (await api.post("/api/notifications/acknowledge-all")).json() == {"acknowledged": 2}
    assert (await api.get("/api/notifications")).json()["total"] == 0


async def test_no_other_document_is_reached_by_the_path(api: httpx.AsyncClient) -> None:
    assert (await api.post(f"/api/notifications/{SETTINGS_ID}/acknowledge")).status_code == 404


@pytest.mark.parametrize("now", ["2026-01-15T14:00:00Z", "2026-01-15T15:00:00Z"])
def test_an_acknowledgement_is_never_before_its_episode_and_stays_with_who_was_first(now: str) -> None:
    noun = wire.decode("notification::n::a", wire.canonical(notification("error", last_seen=BEGAN)))
    assert isinstance(noun, Notification)
    first = acknowledged(noun, "ana", now)
    assert first.acknowledged_at == max(now, BEGAN)
    assert standing_of(first) == "acknowledged"
    assert acknowledged(first, "ben", "2026-01-16T00:00:00Z") == first
    over = structs.replace(first, resolved_at=BEGAN)
    assert acknowledged(over, "ben", "2026-01-16T00:00:00Z") == over
