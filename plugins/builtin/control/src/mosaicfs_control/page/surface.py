"""The web page as an ASGI application: files of the build, and `index.html` for each address of the page.

An address of the page may hold anything, since paths of the tree are part of it; whatever is no file of the build and
looks like one is not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import anyio.to_thread
from starlette.types import Receive, Scope, Send

from mosaicfs_control.answers import Outgoing, Ready
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.page.build import INDEX, PACKINGS, Build, PageFile
from mosaicfs_control.page.headers import PREVIEW, headers_of

_OF_FILES: Final = ("/assets/", PREVIEW)
_CROOKED: Final = re.compile(r"//|\\|/\.{1,2}(/|$)|%(00|2f|5c|2e)", re.IGNORECASE).search
"""What no link of ours holds: it is spelt to be read in two ways."""

_UNBUILT: Final = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>MosaicFS</title>
<body style="font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 34rem; padding: 0 1rem">
<h1>The web page is not built</h1>
<p>MosaicFS runs, and its API and the command line work. In its source folder type <code>make web</code>, then load this
page again. A version that was installed as a package brings the page with it.</p>
"""


def is_of_page(method: str, path: str) -> bool:
    """Whether a request is for the page, and not for what programs ask, however they spell it."""
    first = path.lstrip("/").partition("/")[0].lower()
    return method in ("GET", "HEAD") and first not in ("api", "metrics", "_session")


class PageSurface:
    def __init__(self, build: Build | None = None) -> None:
        self._build = build or Build()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        answer = await self._answer(scope["raw_path"].decode("latin-1"), scope["method"], headers)
        incoming = Incoming(receive, headers)
        try:
            await Outgoing(send, incoming, gzip=False).deliver(answer)
        finally:
            incoming.close()

    async def _answer(self, path: str, method: str, headers: Mapping[str, str]) -> Ready:
        files = await anyio.to_thread.run_sync(self._build.files)
        name = name_in(files, path, wants_document=_wants_document(headers))
        if name is None:
            return _plain("There is no such file.", 404, path)
        found = files.get(name)
        if found is None:
            return _plain(_UNBUILT, 503, path, "text/html; charset=utf-8")
        try:
            return await anyio.to_thread.run_sync(_sent, found, name, method, headers)
        except FileNotFoundError:  # another build has just taken its place
            return _plain("There is no such file any more. Load the page again.", 404, path)


def name_in(files: Mapping[str, PageFile], path: str, *, wants_document: bool) -> str | None:
    """None for what is not there."""
    if path in files:
        return path
    if _CROOKED(path) or path.startswith(_OF_FILES):
        return None
    return INDEX if wants_document or "." not in path.rpartition("/")[2] else None


def _wants_document(headers: Mapping[str, str]) -> bool:
    """A person goes there, whatever dots are in the address."""
    wanted = headers.get("sec-fetch-dest")
    return wanted == "document" if wanted is not None else "text/html" in headers.get("accept", "")


def _sent(found: PageFile, name: str, method: str, asked: Mapping[str, str]) -> Ready:
    coding = next((each for each, _ in PACKINGS if each in found.packed and _takes(asked, each)), None)
    tag = f'"{found.tag}"' if coding is None else f'"{found.tag}-{coding}"'
    headers = {**headers_of(name, is_hashed=found.is_hashed), "etag": tag}
    if tag in {each.strip().removeprefix("W/") for each in asked.get("if-none-match", "").split(",")}:
        return Ready(b"", 304, headers, found.media_type)
    body = (found.path if coding is None else found.packed[coding]).read_bytes()
    packed = {} if coding is None else {"content-encoding": coding}
    length = {"content-length": str(len(body))}
    return Ready(b"" if method == "HEAD" else body, 200, {**headers, **packed, **length}, found.media_type)


def _takes(headers: Mapping[str, str], coding: str) -> bool:
    """Whether `Accept-Encoding` names it, and not with `q=0`."""
    for offer in headers.get("accept-encoding", "").lower().replace(" ", "").split(","):
        name, _, weight = offer.partition(";q=")
        if name == coding:
            return not weight or weight.strip("0.") != ""
    return False


def _plain(text: str, status: int, path: str, media_type: str = "text/plain; charset=utf-8") -> Ready:
    headers = {**headers_of(path, is_hashed=False), "cache-control": "no-store"}
    return Ready(text.encode(), status, headers, media_type)
