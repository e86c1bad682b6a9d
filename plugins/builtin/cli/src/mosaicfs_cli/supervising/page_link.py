"""The line of `mosaicfs up` that lets a person into the web page: a link that is good once, made when it is shown.

It is asked of the server that runs, by whoever prints it, so that it never goes through a log or a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs.errors import MosaicError
from mosaicfs_cli.client import Api, LocalLine
from mosaicfs_cli.reading import text
from mosaicfs_cli.supervising.mounting import Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from mosaicfs.model.json import JsonObject

PAGE = "web_page"
"""The fact that a server tells once it has a page to serve."""

UNBUILT = Unavailable("web page", "it is not built", "Build it with: make web")

_PATIENCE_S = 5.0


def linked(facts: JsonObject, socket: Path) -> JsonObject:
    """With the link in place of the addresses; without a page, or where no link can be had, as they were."""
    page = facts.get(PAGE)
    if not isinstance(page, str):
        return facts
    try:
        code = text(Api(LocalLine(socket), _PATIENCE_S).post("/api/auth/login-codes"), "code")
    except (MosaicError, OSError):
        return facts
    others = {name: fact for name, fact in facts.items() if name not in (PAGE, "url")}
    return {PAGE: f"{page.rstrip('/')}/#code={code}", **others}
