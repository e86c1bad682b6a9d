"""Whatever opens over a page: dialogs, menus, lists and the editors, and how a person comes to each of them.

What belongs to nodes and settings is not here. `furnished` makes what some of them need to be there at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from playwright.sync_api import Page, expect

from tests.journeys.web.browsing import Visitor
from tests.journeys.web.household import Household
from tests.journeys.web.places import at_rest

Step = Callable[[Page], None]
OPEN = "[role=dialog], [role=menu], [role=listbox]"
WAY_OUT = re.compile("^(Discard changes|Use theirs)$")
ROOM = "/furnished"
STEPS: tuple[dict[str, Any], ...] = (
    {"op": "glob", "pattern": "**/*", "flags": "i"},
    {"op": "regex", "pattern": "^nothing$", "on_match": "exclude"},
    {"op": "age", "max_days": 9000},
    {"op": "size", "max_bytes": 1 << 40},
    {"op": "mime", "types": ["video/*"], "invert": True, "on_match": "include"},
    {"op": "node", "node_ids": ["node-nas", "node-laptop"]},
    {"op": "label", "labels": ["never given"], "on_match": "exclude"},
    {"op": "replicated", "target_name": "attic", "status": "any", "on_match": "exclude"},
    {"op": "access_age", "max_days": 30, "missing": "include"},
    {"op": "annotation", "plugin_name": "exif", "key": "model", "on_match": "exclude"},
)


class Layer(NamedTuple):
    name: str
    address: str
    steps: tuple[Step, ...]
    """Each after the page is at rest."""
    is_at_phone: bool = False
    meanwhile: tuple[str, dict[str, Any]] | None = None
    """What somebody else changes before the last step."""


def button(name: str) -> Step:
    return lambda tab: tab.get_by_role("button", name=name, exact=True).first.click()


def choice(name: str) -> Step:
    def choose(tab: Page) -> None:
        tab.get_by_role("combobox", name=name, exact=True).first.click()
        expect(tab.get_by_role("listbox", name=name, exact=True)).to_be_visible()

    return choose


def typed(name: str, text: str, role: Any = "combobox") -> Step:
    return lambda tab: tab.get_by_role(role, name=name, exact=True).first.fill(text)


def entry(name: str) -> Step:
    """With the letter that does the same, where there are keys."""
    return lambda tab: tab.get_by_role("menuitem", name=re.compile(f"^{name}( \\S)?$")).click()


def menu_of(row: str, role: Any = "row") -> Step:
    return lambda tab: tab.get_by_role(role).filter(has_text=row).first.click(button="right")


def within(dialog: str, name: str) -> Step:
    return lambda tab: tab.get_by_role("dialog", name=dialog).get_by_role("button", name=name, exact=True).first.click()


def pressed(keys: str) -> Step:
    return lambda tab: tab.keyboard.press(keys)


FOLDER = f"/files{ROOM}/papers"
MOUNTS = f"/vfs{ROOM}?edit=mounts"

OF_FILES = (
    Layer("columns", FOLDER, (button("Columns"),)),
    Layer("menu-of-file", FOLDER, (menu_of("report.txt"),)),
    Layer("menu-of-folder", f"/files{ROOM}", (menu_of("strange"),)),
    Layer("labels-of-file", FOLDER, (menu_of("report.txt"), entry("Labels"))),
    Layer("keep", FOLDER, (menu_of("report.txt"), entry("Keep offline on\u2026"))),
    Layer("why", FOLDER, (menu_of("report.txt"), entry("Explain"))),
    Layer("which-folder", "/files", (menu_of("documents"), entry("Apply labels to this folder and subfolders"))),
    Layer("not-shown", f"/files{ROOM}", (button("Explain"),)),
    Layer("typed-path", f"/files{ROOM}", (button("Type a path"), typed("Path of a directory", "/d"))),
    Layer("folders-on-a-phone", FOLDER, (button("Directories"),), is_at_phone=True),
    Layer("more-on-a-phone", FOLDER, (button("More"),), is_at_phone=True),
    Layer("drawer-on-a-phone", f"{FOLDER}?file={{file}}", (), is_at_phone=True),
    Layer("seen-from", f"{FOLDER}?file={{file}}", (choice("Seen from"),)),
    Layer("add-a-label", f"{FOLDER}?file={{file}}", (typed("Add a label", "f"),)),
    Layer("explanation", f"{FOLDER}?file={{file}}", (button("Explain"),)),
)
OF_SEARCH = (
    *(
        Layer(f"filter-{name.lower()}", "/search?q=s", (button(f"Filter by {name.lower()}"),))
        for name in ("Label", "Type", "Size", "Modified", "Node")
    ),
    Layer("order", "/search?q=s", (choice("Order"),)),
    Layer("menu-of-match", "/search?q=summer", (menu_of("summer-01.jpg"),)),
    Layer("save-as-directory", "/search?q=summer", (button("Save as directory"),)),
)
# fmt: off
OF_LABELS = (
    Layer("label-renamed", "/labels/assignments", (button("Rename holiday"),)),
    Layer("label-merged", "/labels/assignments", (button("Rename holiday"), typed("New name", "favourite", "textbox"))),
    Layer("labels-of-node", "/labels/assignments", (choice("Filter by node"),)),
    Layer("rule", "/labels/rules?rule={rule}", ()),
    Layer("rule-node", "/labels/rules?rule={rule}", (choice("Node"),)),
    Layer("rule-folder", "/labels/rules?rule={rule}", (typed("Folder *", "/"),)),
    Layer("rule-left", "/labels/rules?rule={rule}", (typed("Name *", "Another", "textbox"), button("Cancel"))),
    Layer(
        "rule-stale", "/labels/rules?rule={rule}", (typed("Name *", "Mine", "textbox"), button("Save")),
        meanwhile=("/api/labels/rules/{rule}", {"name": "Theirs"}),
    ),
    Layer("rule-deleted", "/labels/rules?rule={rule}", (button("Delete"),)),
)
OF_VFS = (
    Layer("directory-new", "/vfs", (button("New directory"),)),
    Layer("directory-menu", f"/vfs{ROOM}", (button("More actions"),)),
    Layer("directory-in-tree", "/vfs", (menu_of(ROOM[1:], "treeitem"),)),
    Layer("directory-renamed", f"/vfs{ROOM}", (button("More actions"), entry("Rename"))),
    Layer("directory-copied", f"/vfs{ROOM}", (button("More actions"), entry("Copy mounts and steps to\u2026"))),
    Layer("directory-deleted", f"/vfs{ROOM}", (button("More actions"), entry("Delete"))),
    Layer("mounts", MOUNTS, ()),
    Layer("mounts-inherited", f"/vfs{ROOM}/papers?edit=mounts", ()),
    Layer("mount-menu", MOUNTS, (button("More actions: Mount 1"),)),
    Layer("mount-source", MOUNTS, (choice("Source"),)),
    Layer("mount-policy", MOUNTS, (choice("Same names"),)),
    Layer("step-menu", MOUNTS, (within("Mounts of", "More actions"),)),
    Layer("step-kind", MOUNTS, (choice("Kind of step"),)),
    Layer("step-wrong", MOUNTS, (typed("Expression", "(", "textbox"),)),
    Layer(
        "mounts-stale", f"/vfs{ROOM}/papers?edit=mounts", (button("Add a filter step"), button("Save")),
        meanwhile=(f"/api/vfs/directories{ROOM}/papers", {"steps": list(STEPS[2:4])}),
    ),
    Layer("mounts-left", MOUNTS, (button("Add mount"), button("Cancel"))),
)
# fmt: on
OF_OTHERS = (
    Layer("nodes-of-activity", "/", (choice("Filter by node"),)),
    Layer("period", "/storage/usage", (button("Range"),)),
    Layer("kept-new", "/storage/copies?pin=new", ()),
    Layer("kept", "/storage/copies?pin={pin}", ()),
    Layer("kept-what", "/storage/copies?pin={pin}", (choice("What to keep"),)),
    Layer("kept-left", "/storage/copies?pin={pin}", (typed("Name *", "Another", "textbox"), button("Cancel"))),
    Layer("kept-removed", "/storage/copies?pin={pin}", (button("Remove"),)),
    Layer("severity", "/notifications", (choice("Filter by severity"),)),
    Layer("palette-found", "/conflicts", (pressed("Control+k"), typed("Go to or do", "sum"))),
    Layer("user-menu", "/conflicts", (button("You and this page"),)),
)
LAYERS = (*OF_FILES, *OF_SEARCH, *OF_LABELS, *OF_VFS, *OF_OTHERS)


def furnished(household: Household) -> dict[str, str]:
    """A directory with every kind of step and something that it hides; a rule, labels, and something kept offline.
    By the word that stands for it in an address."""
    mounts: list[dict[str, Any]] = [
        {"source": {"node_id": f"node-{name}", "export_path": str(machine.files)}, "strategy": "prefix_replace"}
        for name, machine in (("nas", household.nas), ("laptop", household.laptop))
    ]
    mounts[0] |= {"steps": list(STEPS)}
    all_below = {"steps": list(STEPS[:1]), "enforce_steps_on_children": True}
    household.call("POST", "/api/vfs/directories", {"virtual_path": ROOM, "mounts": mounts, **all_below})
    household.call("POST", "/api/vfs/directories", {"virtual_path": f"{ROOM}/papers", "mounts": [_papers(household)]})
    given = {"file_id": household.file_id("summer-01.jpg"), "labels": ["holiday", "favourite"]}
    household.call("PUT", "/api/labels/assignments", given)
    rule = {
        "name": "Oddities",
        "node_id": "node-nas",
        "path_prefix": f"{household.nas.files}/strange/",
        "labels": ["odd"],
    }
    pin = {
        "name": "Furniture", "node_id": "node-laptop", "scope": {"path": f"{ROOM}/papers"}, "budget_bytes": 1 << 30,
        "enabled": False,
    }  # fmt: skip
    return {
        "rule": household.call("POST", "/api/labels/rules", rule)["rule_id"],
        "pin": household.call("POST", "/api/pins", pin)["pin_id"],
        "file": household.file_id("summer-01.jpg"),
    }


def _papers(household: Household) -> dict[str, Any]:
    return {"source": {"node_id": "node-nas", "export_path": f"{household.nas.files}/papers"}, "strategy": "flatten"}


def opened(visitor: Visitor, household: Household, layer: Layer, made: dict[str, str]) -> None:
    tab = visitor.go(layer.address.format(**made))
    expect(tab.locator("main#main")).to_be_visible()
    for step in layer.steps:
        at_rest(tab)
        if layer.meanwhile and step is layer.steps[-1]:
            path, body = layer.meanwhile
            household.call("PATCH", path.format(**made), body)
        step(tab)
    expect(tab.locator(OPEN).last).to_be_visible()
    at_rest(tab)


def left(tab: Page) -> None:
    """Whatever stands over the page, and what is asked before it goes."""
    for _ in range(8):
        way_out = tab.get_by_role("button", name=WAY_OUT)
        if way_out.count():
            way_out.click()
        elif tab.locator(OPEN).count():
            tab.keyboard.press("Escape")
        else:
            return
        tab.wait_for_timeout(100)
    raise AssertionError(f"does not close: {tab.locator(OPEN).last.inner_text()[:200]}")
