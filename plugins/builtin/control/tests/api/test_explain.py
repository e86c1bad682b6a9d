"""Explanations and previews over the API: the example of the page, drafts of every kind, and what is refused."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.times import mtime_text
from plugins.builtin.control.tests.api.seeds import REPORT, Put, file, file_id, node
from plugins.builtin.control.tests.api.shelf import Shelf
from plugins.builtin.control.tests.api.test_directories import BASE, HOME, made
from plugins.builtin.control.tests.api.test_vfs import files, listed, mount, names

DAY_S = 86_400
SOURCE = "/home/user/documents"
WORK: JsonObject = {
    "mount_id": "a3f90b17",
    "source": {"node_id": "node-laptop", "export_path": SOURCE},
    "strategy": "prefix_replace",
    "source_prefix": SOURCE,
    "steps": [
        {"op": "glob", "pattern": "**/*.{pdf,docx,md}", "on_match": "continue"},
        {"op": "glob", "pattern": "**/archive/**", "invert": True, "on_match": "continue"},
        {"op": "regex", "pattern": "URGENT", "on_match": "include"},
        {"op": "age", "max_days": 90, "on_match": "continue"},
    ],
}
NAMES = ("q3/plan.pdf", "q3/plan.tmp", "photo.jpg", "archive/URGENT.pdf", "URGENT-tax.pdf", "old.pdf")
AGES = (10, 10, 1, 1, 400, 91)


def number(name: str) -> str:
    return file_id(8_000 + NAMES.index(name))


@pytest.fixture
async def work(api: httpx.AsyncClient, put: Put) -> httpx.AsyncClient:
    """The example of the page on the tree."""
    now = time.time()
    written = {
        number(name): file(f"{SOURCE}/{name}", inode=8_000 + age, mtime=mtime_text(int((now - age * DAY_S) * 1e9)))
        for name, age in zip(NAMES, AGES, strict=True)
    }
    await put(written)
    await made(api, "/documents/work", mounts=[WORK])
    gate = {"op": "glob", "pattern": "*.tmp", "on_match": "exclude"}
    await api.patch(f"{BASE}/documents", json={"steps": [gate], "enforce_steps_on_children": True})
    return api


async def explained(api: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    answer = await api.get("/api/explain", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def previewed(api: httpx.AsyncClient, path: str, draft: JsonObject, **asked: str | int) -> dict[str, Any]:
    answer = await api.post(f"{BASE}{path}/preview", json=draft, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# --- explain -------------------------------------------------------------------------------------------------------


async def test_a_shown_file_is_explained_as_the_page_does(work: httpx.AsyncClient, put: Put) -> None:
    rule: JsonObject = {
        "type": "label_rule",
        "node_id": "node-laptop",
        "path_prefix": f"{SOURCE}/",
        "labels": ["work"],
        "name": "Work documents",
        "enabled": True,
        "created_at": "2026-01-01T00:00:00Z",
    }
    await put({"label_rule::0194f3d0-5b2e-7f41-8c90-000000000001": rule})
    await made(work, "/recent", mounts=[{**mount(f"{SOURCE}/q3"), "strategy": "flatten"}])
    found = await explained(work, path="/documents/work/q3/plan.pdf")
    assert (found["path"], found["result"], found["kind"]) == ("/documents/work/q3/plan.pdf", "visible", "file")
    assert (found["file_id"], found["mapped_name"], found["shown_as"]) == (
        number("q3/plan.pdf"),
        "plan.pdf",
        "own_name",
    )
    assert found["summary"] == ("Mount a3f90b17 of /documents/work shows it; no step decided, the default is include.")
    assert found["directory"] == {"virtual_path": "/documents/work", "mount_count": 1}
    assert found["mount"] == {name: WORK[name] for name in ("mount_id", "source", "strategy")}
    gate, last = found["trace"][0], found["trace"][-1]
    assert {name: gate[name] for name in ("from", "step", "op", "pattern", "raw_match", "outcome")} == {
        "from": "/documents",
        "step": 0,
        "op": "glob",
        "pattern": "*.tmp",
        "raw_match": False,
        "outcome": "next",
    }
    assert "mount_id" not in gate
    assert (last["mount_id"], last["step"], last["max_days"]) == ("a3f90b17", 3, 90)
    assert 9.9 < last["measured"] < 10.2
    assert (found["default_result"], found["also_at"]) == ("include", ["/recent/plan.pdf"])
    assert found["labels"] == [
        {
            "label": "work",
            "source": "rule",
            "rule_id": "0194f3d0-5b2e-7f41-8c90-000000000001",
            "rule_name": "Work documents",
            "path_prefix": f"{SOURCE}/",
        }
    ]
    assert (found["from"], found["copies"]) == (
        "control_plane",
        [{"tier": "local", "where": "node-laptop", "reachable": False, "reason": "disk_missing"}],
    )
    assert (found["would_serve"], found["reason"], found["files_examined"]) == (None, "disk_missing", 1)


async def test_copies_stand_in_the_order_in_which_a_read_tries_them_and_nothing_is_opened(
    work: httpx.AsyncClient, instance: Any
) -> None:
    held = {number("q3/plan.pdf"): b"x"}
    tiers = [
        Shelf("peer", 950, network=True, contents=held, where="node-nas"),
        Shelf("replica_dir", 500, contents=held, where="offsite"),
        Shelf("peer", 600, network=True, contents=held, where="node-vm"),
    ]
    instance.kernel.content.tiers = tiers
    found = await explained(work, path="/documents/work/q3/plan.pdf")
    assert [(copy["tier"], copy["where"], copy["reachable"]) for copy in found["copies"]] == [
        ("replica", "offsite", True),
        ("peer", "node-vm", True),
        ("local", "node-laptop", False),
    ]
    assert found["copies"][0]["cost"] == 500
    assert found["would_serve"] == {
        "tier": "replica",
        "where": "offsite",
        "cost": 500,
        "network_bytes": 0,
        "cached_bytes": 0,
    }
    assert "reason" not in found
    instance.kernel.content.tiers = [tiers[0], tiers[2]]
    over_the_network = (await explained(work, path="/documents/work/q3/plan.pdf"))["would_serve"]
    assert (over_the_network["tier"], over_the_network["network_bytes"]) == ("peer", 1)
    assert all(tier.reads == [] and tier.open_now == 0 for tier in tiers)


MOUNT: JsonObject = {
    "mount_id": "m1",
    "remote_node_id": "node-nas",
    "remote_base_export_path": "/srv",
    "local_mount_path": "/mnt/nas",
    "mount_type": "nfs",
    "priority": 0,
}
SERVING: JsonObject = {"endpoint": "10.0.0.2:7845", "protocol": "https"}


@pytest.mark.parametrize(
    "case",
    [
        ("node-nas", [], {}, ("local", "node-nas", 100, 0)),
        ("node-vm", [], {"transfer": SERVING}, ("peer", "node-nas", 600, 7)),
        ("node-vm", [MOUNT], {"transfer": SERVING}, ("mount", "node-nas", 300, 7)),
        ("node-vm", [{**MOUNT, "mount_type": "local"}], {}, ("mount", "node-vm", 300, 0)),
        ("node-vm", [{**MOUNT, "mount_type": "gdrive_local"}], {}, ("sync_dir", "node-vm", 400, 0)),
        ("node-vm", [{**MOUNT, "remote_base_export_path": "/srvx"}], {}, "not_served"),
        ("node-vm", [], {"transfer": SERVING, "status": "offline"}, "source_offline"),
        ("node-vm", [], {"transfer": SERVING, "status": "disabled"}, "source_disabled"),
        ("node-vm", [], {}, "not_served"),
    ],
)
async def test_how_another_node_would_read_is_told_from_the_documents_alone(
    work: httpx.AsyncClient,
    instance: Any,
    put: Put,
    case: tuple[str, list[Json], JsonObject, tuple[str, str, int, int] | str],
) -> None:
    reader, mounts, owner, expected = case
    there = file_id(40)
    instance.kernel.content.tiers = [Shelf("cache", 200, contents={there: b"x"})]
    await put({there: file("/srv/report.tar.gz", node_id="node-nas", size=7)})
    await put({"node::node-nas": node("node-nas", **owner), "node::node-vm": node("node-vm", network_mounts=mounts)})
    found = await explained(work, path="/documents/work", file_id=there, **{"from": reader})
    assert found["from"] == reader
    serving = found["would_serve"]
    if isinstance(expected, str):
        assert (serving, found["reason"]) == (None, expected)
    else:
        told = (serving["tier"], serving["where"], serving["cost"], serving["network_bytes"])
        assert (told, serving["cached_bytes"]) == (expected, 0)
        assert found["copies"][0]["tier"] == serving["tier"]


async def test_whether_the_network_is_metered_is_told_where_one_would_be_used(
    work: httpx.AsyncClient, instance: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_metered(kernel: object) -> bool:
        return True

    plan = number("q3/plan.pdf")
    monkeypatch.setattr(type(instance.kernel), "is_metered", is_metered, raising=False)
    for network, told in ((True, True), (False, None)):
        instance.kernel.content.tiers = [Shelf("peer", 600, network=network, contents={plan: b"x"}, where="node-nas")]
        found = await explained(work, path="/documents/work/q3/plan.pdf")
        assert found["would_serve"].get("metered") is told


async def test_who_answers_may_be_named_and_who_reads_nothing_here_is_refused(
    work: httpx.AsyncClient, instance: Any, put: Put
) -> None:
    plan = number("q3/plan.pdf")
    instance.kernel.content.tiers = [Shelf("cache", 200, contents={plan: b"x"})]
    found = await explained(work, file_id=plan, **{"from": "node-laptop"})
    assert [(each["from"], each["would_serve"]["tier"]) for each in found["items"]] == [("node-laptop", "cache")]
    await put({"node::node-friend": node("node-friend", role="peer")})
    for stranger in ("node-friend", "node-none"):
        answer = await work.get("/api/explain", params={"file_id": plan, "from": stranger})
        assert answer.status_code == 422
        assert answer.json()["error"]["detail"]["fields"][0]["field"] == "from"


async def test_what_would_serve_is_what_the_next_read_uses(work: httpx.AsyncClient, instance: Any, put: Put) -> None:
    there = file_id(3)
    await put({there: file("/srv/report.tar.gz", node_id="node-nas", size=1)})
    shelf = Shelf("peer", 600, network=True, contents={there: b"x"}, where="node-nas")
    for tiers, expected in (
        ([shelf], "peer"),
        ([], "unavailable"),
        ([Shelf("cache", 200, contents={there: b"x"})], "cache"),
    ):
        instance.kernel.content.tiers = tiers
        assert (await work.get(f"/api/files/{there}")).json()["availability"] == expected
        found = await explained(work, path="/documents/work", file_id=there)
        assert (found["would_serve"] or {}).get("tier", "unavailable") == expected
        assert ((await work.get(f"/api/files/{there}/content")).status_code == 200) == bool(tiers)


async def test_a_file_that_is_not_there_has_its_last_step(work: httpx.AsyncClient) -> None:
    found = await explained(work, path="/documents/work", file_id=number("archive/URGENT.pdf"))
    assert found["result"] == "excluded"
    assert found["trace"][-1] == {
        "from": "/documents/work",
        "mount_id": "a3f90b17",
        "step": 1,
        "op": "glob",
        "pattern": "**/archive/**",
        "invert": True,
        "on_match": "continue",
        "raw_match": True,
        "final_match": False,
        "outcome": "excluded",
    }
    assert found["summary"] == "It is excluded by step 1 (glob) of mount a3f90b17 of /documents/work."
    gate = await explained(work, path="/documents/work", file_id=number("q3/plan.tmp").partition("::")[2])
    assert gate["summary"] == "It is excluded by step 0 (glob) of the gate of /documents."


async def test_explanations_agree_with_the_listing(work: httpx.AsyncClient) -> None:
    shown = set()
    for name in NAMES:
        if (await explained(work, path=f"/documents/work/{name}", file_id=number(name)))["result"] == "visible":
            shown.add(name)
    assert shown == {"q3/plan.pdf", "URGENT-tax.pdf"}
    assert set(names(await listed(work, "/documents/work"))) == {"q3", "URGENT-tax.pdf"}


async def test_of_a_file_alone_every_place_is_told(work: httpx.AsyncClient) -> None:
    await made(work, "/other", mounts=[mount(SOURCE)])
    found = await explained(work, file_id=number("q3/plan.pdf"))
    assert [(each["path"], each["result"]) for each in found["items"]] == [
        ("/documents/work/q3/plan.pdf", "visible"),
        ("/other/q3/plan.pdf", "visible"),
    ]
    assert found.keys() == {"items"}


async def test_what_is_nowhere_is_no_error(work: httpx.AsyncClient, put: Put) -> None:
    found = await explained(work, path="/documents/work/nothing/at/all")
    assert (found["result"], found["nearest"]) == ("not_found", "/documents/work")
    assert "copies" not in found
    gone = await explained(work, path="/documents/work", file_id=file_id(4))
    assert (gone["result"], gone["since"]) == ("deleted", "2026-01-16T00:00:00Z")
    elsewhere = await explained(work, path="/documents/work", file_id=file_id(3))
    assert elsewhere["result"] == "no_source"
    assert elsewhere["copies"] == [
        {
            "tier": "peer",
            "where": "node-nas",
            "reachable": False,
            "reason": "source_offline",
            "since": "2026-01-15T14:30:00Z",
        }
    ]
    await put({"node::node-nas": node("node-nas", status="disabled")})
    (copy,) = (await explained(work, path="/documents/work", file_id=file_id(3)))["copies"]
    assert copy["reason"] == "source_disabled"


async def test_directories_are_explained_too(work: httpx.AsyncClient) -> None:
    made_by_hand = await explained(work, path="/documents/work")
    assert (made_by_hand["result"], made_by_hand["kind"], made_by_hand["origin"]) == (
        "visible",
        "directory",
        "document",
    )
    appearing = await explained(work, path="/documents/work/q3")
    assert (appearing["kind"], appearing["origin"]) == ("directory", "synthetic")
    assert appearing["trace"]


async def test_something_must_be_asked_of_an_explanation(api: httpx.AsyncClient) -> None:
    for asked in ({}, {"path": ""}, {"file_id": ""}, {"path": "x"}, {"paht": "/"}):
        answer = await api.get("/api/explain", params=asked)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed")


# --- preview -------------------------------------------------------------------------------------------------------


async def test_a_preview_is_what_the_listing_will_be(work: httpx.AsyncClient) -> None:
    draft: JsonObject = {"mounts": [{**WORK, "steps": [{"op": "glob", "pattern": "**/*.{pdf,tmp}"}]}]}
    found = await previewed(work, "/documents/work", draft)
    assert [each["relative_path"] for each in found["items"]] == [
        "URGENT-tax.pdf",
        "archive/URGENT.pdf",
        "old.pdf",
        "q3/plan.pdf",
    ]
    assert (found["total"], found["partial"]) == (4, False)
    assert found["per_mount"] == [{"mount_id": "a3f90b17", "candidates": 6, "included": 4}]
    assert found["items"][3]["virtual_path"] == "/documents/work/q3/plan.pdf"
    assert names(await listed(work, "/documents/work")) == ["q3", "URGENT-tax.pdf"], "nothing is saved"
    saved = await work.patch(f"{BASE}/documents/work", json=draft)
    assert saved.status_code == 200
    assert names(await listed(work, "/documents/work")) == ["archive", "q3", "URGENT-tax.pdf", "old.pdf"]


async def test_a_preview_without_a_draft_is_of_what_is_saved(work: httpx.AsyncClient) -> None:
    found = await previewed(work, "/documents/work", {})
    assert [each["relative_path"] for each in found["items"]] == ["URGENT-tax.pdf", "q3/plan.pdf"]
    tax, plan = found["items"]
    assert (tax["decided_by"]["step"], tax["decided_by"]["op"]) == (2, "regex")
    assert "decided_by" not in plan


async def test_a_draft_that_would_hide_everything_shows_nothing(work: httpx.AsyncClient) -> None:
    found = await previewed(work, "/documents/work", {"steps": [{"op": "size", "min_bytes": 10**12}]})
    assert (found["items"], found["total"], found["per_mount"][0]["included"]) == ([], 0, 0)
    nothing = await previewed(work, "/documents/work", {"mounts": []})
    assert (nothing["items"], nothing["total"], nothing["per_mount"]) == ([], 0, [])


async def test_a_directory_that_is_to_be_made_is_previewed(work: httpx.AsyncClient) -> None:
    found = await previewed(work, "/documents/next", {"mounts": [mount(SOURCE, mount_id="bbbbbbbb")]})
    assert found["total"] == 5, "the gate of /documents holds there too"
    nowhere = await work.post(f"{BASE}/nowhere/next/preview", json={"mounts": [HOME]})
    assert nowhere.status_code == 404


async def test_a_preview_goes_page_by_page_through_the_same_draft(api: httpx.AsyncClient, put: Put) -> None:
    await put(files("/data", *(f"{number:02}" for number in range(9))))
    draft: JsonObject = {"mounts": [mount("/data")]}
    seen: list[str] = []
    asked: dict[str, str | int] = {"limit": 4}
    while True:
        found = await previewed(api, "/new", draft, **asked)
        assert found["total"] == 9
        seen += names(found)
        if "next_cursor" not in found:
            break
        asked["cursor"] = found["next_cursor"]
    assert seen == [f"{number:02}" for number in range(9)]
    other = await api.post(f"{BASE}/new/preview", json={"mounts": []}, params=asked)
    assert (other.status_code, other.json()["error"]["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"steps": [{"op": "age"}]}, "steps[0]"),
        ({"mounts": [{**HOME, "steps": [{"op": "regex", "pattern": "("}]}]}, "mounts[0].steps[0].pattern"),
        ({"mounts": [{**HOME, "colour": 1}]}, "mounts[0].colour"),
        ({"virtual_path": "/b"}, "virtual_path"),
        ({"mounts": None}, "mounts"),
    ],
)
async def test_a_draft_that_cannot_be_is_named_by_its_field(
    api: httpx.AsyncClient, draft: JsonObject, field: str
) -> None:
    answer = await api.post(f"{BASE}/a/preview", json=draft)
    assert answer.status_code == 422, answer.text
    assert any(each["field"].startswith(field) for each in answer.json()["error"]["detail"]["fields"])


async def test_steps_that_nobody_knows_are_problems_and_change_nothing(work: httpx.AsyncClient) -> None:
    draft: JsonObject = {"mounts": [{**WORK, "steps": [{"op": "by_moonlight", "invert": True, "on_match": "exclude"}]}]}
    found = await previewed(work, "/documents/work", draft)
    assert found["total"] == 5
    (problem,) = found["problems"]
    assert (problem["mount_id"], problem["step"]) == ("a3f90b17", 0)
    assert REPORT not in {each["file_id"] for each in found["items"]}
