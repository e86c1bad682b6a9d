"""Asking the service: one request, to the one address that the owner named, and its troubles as ours.

The text and the key go nowhere else: no redirect is followed, no proxy of the environment is used, and no error quotes
what was sent or what came back.
"""

from __future__ import annotations

from typing import NoReturn

import httpx
import msgspec
from msgspec import Struct

from mosaicfs.errors import (
    AccessRefusedError,
    EntryUnreadableError,
    OptionsError,
    PeerGarbledError,
    SourceUnavailableError,
    ThrottledError,
)
from mosaicfs_annotators.summary.options import NAME, Options

ANSWER_S = 55.0
CONNECT_S = 10.0


class Message(Struct, frozen=True):
    content: str | None = None


class Choice(Struct, frozen=True):
    message: Message


class Completion(Struct, frozen=True):
    choices: list[Choice]
    model: str = ""


async def complete(options: Options, name: str, text: str) -> Completion:
    """At least one choice, or an error. `name` is that of the file, for people."""
    url = httpx.URL(options.url)
    async with httpx.AsyncClient(trust_env=False, timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S)) as client:
        try:
            answer = await client.post(url, json=_body(options, text), headers=_headers(options))
        except httpx.HTTPError as cause:
            raise SourceUnavailableError(url.host, type(cause).__name__) from None
    if answer.status_code != 200:
        _refuse(answer, url.host, name)
    try:
        completion = msgspec.json.decode(answer.content, type=Completion)
    except msgspec.DecodeError:
        raise PeerGarbledError(url.host, "it is no chat completion") from None
    if not completion.choices:
        raise PeerGarbledError(url.host, "it has no choices")
    return completion


def _body(options: Options, text: str) -> dict[str, object]:
    body: dict[str, object] = {
        "messages": [{"role": "system", "content": options.prompt}, {"role": "user", "content": text}],
        "temperature": 0,
        "stream": False,
    }
    return body | ({"model": options.model} if options.model else {})


def _headers(options: Options) -> dict[str, str]:
    return {"Authorization": f"Bearer {options.api_key.reveal()}"} if options.api_key else {}


def _refuse(answer: httpx.Response, host: str, name: str) -> NoReturn:
    status = answer.status_code
    match status:
        case 429:
            raise ThrottledError(host, wait_asked(answer.headers.get("Retry-After", "")))
        case 401 | 403:
            raise AccessRefusedError(host, "it does not take the key of this plugin (api_key)")
        case 400 | 413 | 422:
            raise EntryUnreadableError(
                name, f"{host} does not take its text (HTTP {status}); try a lower max_input_chars"
            )
        case 404 | 405:
            raise OptionsError(NAME, f"{host} knows no such address or model (HTTP {status})")
        case _:
            raise SourceUnavailableError(host, f"it answered with HTTP {status}")


def wait_asked(text: str) -> float | None:
    """Seconds; a date, which the page of the header allows too, is left to our own rule."""
    return float(text) if text.isascii() and text.isdigit() else None
