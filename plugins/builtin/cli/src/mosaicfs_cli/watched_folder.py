"""What the agent is told of one watched folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mosaicfs_cli.agent_socket import NAME, ask_agent
from mosaicfs_cli.asking import runtime_dir
from mosaicfs_cli.changing import change
from mosaicfs_cli.rehearsing import watched

if TYPE_CHECKING:
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.options import Call


def tell_of_folder(call: Call, verb: str, would: str, done: str, *, itself: bool = False) -> int:
    """`would` and `done` are sentences about `{path}`. It lies in a watched folder, or is one where it is `itself`."""
    path = os.path.abspath(call.given.path)  # noqa: PTH100 - links stay as typed
    socket, timeout_s = runtime_dir(call) / NAME, call.given.timeout

    def facts() -> JsonObject:
        folder = watched(ask_agent(socket, "status", timeout_s=timeout_s), path, itself=itself)
        return {"path": path, "state": folder.get("state")}

    return change(
        call,
        would.format(path=path),
        facts,
        lambda: ask_agent(socket, verb, timeout_s=timeout_s, path=path),
        done.format(path=path),
    )
