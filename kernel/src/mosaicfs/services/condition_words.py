"""The words of a notice as they may stand in a document: no control characters, not too long, only allowed actions.

What is taken out is told in the log; a notice itself is never refused for its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import structlog

from mosaicfs.model.notification import Remedy

LONGEST_TITLE = 120
LONGEST_MESSAGE = 4_000
LONGEST_LABEL = 40
MOST_ACTIONS = 5

_api = re.compile(r"(GET|POST|PUT|PATCH|DELETE) /api/[A-Za-z0-9._~:/?=&%@-]+").fullmatch
_page = re.compile(r"/(?![/\\])[^\x00-\x20\\]*").fullmatch
_plugin_key = re.compile(r"[a-z0-9_.:-]{1,128}").fullmatch

_log = structlog.get_logger(component="notices")


def title_text(text: str) -> str:
    return _cut(_plain(text, ""), LONGEST_TITLE)


def message_text(text: str) -> str:
    """Lines and tabs may stay."""
    return _cut(_plain(text, "\n\t"), LONGEST_MESSAGE)


def allowed_actions(actions: Sequence[Remedy], node_id: str, plugin: str = "") -> tuple[Remedy, ...]:
    """With `plugin`: only what that plugin may offer, a `sync` of itself and pages of its own node."""
    taken = []
    for action in actions:
        if _is_action(action) and (not plugin or _is_of_plugin(action, node_id, plugin)):
            taken.append(Remedy(label=_cut(_plain(action.label, ""), LONGEST_LABEL), api=action.api, page=action.page))
        else:
            _log.info("an action of a notice is left out", plugin=plugin, label=action.label[:LONGEST_LABEL])
    return tuple(taken[:MOST_ACTIONS])


def is_plugin_key(key: str) -> bool:
    return _plugin_key(key) is not None


def _is_action(action: Remedy) -> bool:
    if (action.api is None) == (action.page is None):
        return False
    path = action.page if action.page is not None else action.api or ""
    return ".." not in path and bool((_page if action.page is not None else _api)(path))


def _is_of_plugin(action: Remedy, node_id: str, plugin: str) -> bool:
    if action.page is not None:
        return action.page.startswith(f"/nodes/{node_id}") and action.page[len(f"/nodes/{node_id}") :][:1] in "/?#"
    return action.api == f"POST /api/nodes/{node_id}/plugins/{plugin}/sync"


def _plain(text: str, kept: str) -> str:
    return "".join(char if char in kept else " " if char.isspace() else char for char in text if _is_shown(char))


def _is_shown(char: str) -> bool:
    return char.isprintable() or char.isspace()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
