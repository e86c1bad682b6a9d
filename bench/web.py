"""The web page over half a million files, in a browser slowed four times behind 20 Mbit/s and 40 ms: its budgets.

Each figure stands beside what it may be at most. The weights are of the files as they are sent, the times of one
visitor who signs in, goes around and scrolls through a directory of a hundred thousand entries. The limits are those of
a machine with four cores of its own; on a smaller or busier one the weights, the rows and the memory still count.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

import trio
from playwright.sync_api import sync_playwright

from bench import files
from bench.budget import Budget, told
from bench.page import DASHBOARD, Timed, weights
from bench.replicate import free_port
from bench.server import Api, Home, server
from mosaicfs.documents.sqlite import open_store
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL

BATCH: Final = 1_000
PULLED: Final = 2_000
"""Documents that a page fetches when somebody signs in."""
YEARS: Final = 5
"""Folders of the sample that together hold a fifth of all files."""
LONG: Final = "/many"
SEARCHED: Final = ("report summer", "walrus", "IMG_0001")
PAGES: Final = (
    "/files", "/search", "/labels/assignments", "/labels/rules", "/nodes", "/vfs", "/storage/usage",
    "/settings/credentials", "/settings/backends", "/settings/plugins", "/settings/general", "/settings/about",
    "/notifications", "/conflicts",
)  # fmt: skip


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=500_000)
    parser.add_argument("--slower", type=float, default=4, help="how many times the browser is slowed")


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        home = Home(folder / "home")
        _tell(f"{options.files:,} files are written")
        trio.run(_fill, home, options.files)
        page = f"http://127.0.0.1:{free_port()}"
        with server(home, page, MOSAICFS_SERVER_TRUSTED_PROXIES="127.0.0.1") as (api, _):
            budgets = _measured(api, page, options.slower)
        return told("web", budgets, {"files": options.files, "slowed": options.slower})
    finally:
        shutil.rmtree(folder)


def _measured(api: Api, page: str, slower: float) -> list[Budget]:
    made = api.post("/api/credentials", {"name": "bench"})
    key = (str(made["key_id"]), str(made["secret_key"]))
    _long_directory(api)
    api.search("warm", 1)
    with sync_playwright() as playwright:
        timed = Timed(playwright, page, key, slower)
        budgets: list[Budget] = []
        try:
            for name, part in (
                ("signing in", timed.signing_in),
                ("going around", lambda: timed.going(PAGES)),
                ("searching", lambda: timed.typing(SEARCHED)),
                ("scrolling", lambda: timed.scrolling(f"/files{LONG}")),
            ):
                _tell(name)
                budgets += part()
        finally:
            timed.close()
        _tell("weighing each page")
        return [*weights(playwright, page, key, (DASHBOARD, *PAGES)), *budgets]


def _tell(what: str) -> None:
    print(f"web: {what}", file=sys.stderr, flush=True)


# --- what is looked at -----------------------------------------------------------------------------------------------


async def _fill(home: Home, count: int) -> None:
    documents = [*files.documents(count, files.mixed_name), *map(_notice, range(PULLED))]
    async with open_store(home.state / "mosaicfs.db", home.folder / "bell") as store:
        for start in range(0, len(documents), BATCH):
            await store.write(documents[start : start + BATCH], writer=CONTROL)


def _notice(number: int) -> Document:
    key, at = f"plugin:sample:{number}", "2026-02-16T09:00:00Z"
    members = {
        "type": "notification", "condition_key": key, "severity": "info", "status": "resolved",
        "source": {"node_id": files.NODE, "component": "plugin:sample"}, "title": f"Number {number}",
        "message": "It was so for an hour, and then it was over.", "first_seen": at, "last_seen": at,
        "activated_at": at, "resolved_at": at, "occurrence_count": 1,
    }  # fmt: skip
    return Document(f"notification::{files.NODE}::{key}", "", json.dumps(members).encode())


def _long_directory(api: Api) -> None:
    mounts = [
        {
            "source": {"node_id": files.NODE, "export_path": f"/home/ana/Pictures/holidays/{2000 + year}"},
            "strategy": "flatten",
            "default_result": "include",
        }
        for year in range(YEARS)
    ]
    api.post("/api/vfs/directories", {"virtual_path": LONG, "mounts": mounts})
