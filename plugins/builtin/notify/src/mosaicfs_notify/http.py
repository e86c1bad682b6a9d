"""One POST of JSON, and what its answer means to a channel: delivered, try later, ask the owner, or give up."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from mosaicfs.errors import (
    AccessRefusedError,
    MosaicError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
    UnsupportedError,
)

LIMIT_S = 14.0
"""Below that of the hook, so that it is us who say what took so long."""

_OWNERS = frozenset({401, 403, 404, 410})


def check_address(name: str, url: str, *, allow_http: bool = False) -> None:
    """`ValueError` for what is no address, or would be read along the way."""
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError(f"{name} is no address; one looks like https://example.org/hook")
    if address.username or address.password or address.fragment:
        raise ValueError(f"{name} must not hold a name, a password or #")
    if address.scheme == "http" and not (allow_http and is_near(address.hostname)):
        raise ValueError(f"{name} must begin with https://; http is for this machine and private addresses, if allowed")


def is_near(host: str) -> bool:
    """On this machine, or in a private network."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_private


async def post(what: str, url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Redirects are not followed: nobody but the owner says where messages go. Errors hold no part of the address."""
    import httpx  # noqa: PLC0415 - every duty loads this, and only one tells anybody

    try:
        async with httpx.AsyncClient(timeout=LIMIT_S, follow_redirects=False) as client:
            answer = await client.post(url, content=body, headers={"Content-Type": "application/json", **headers})
    except httpx.TimeoutException:
        raise TimedOutError(what, LIMIT_S) from None
    except httpx.HTTPError as trouble:
        raise SourceUnavailableError(what, type(trouble).__name__) from None
    if not answer.is_success:
        raise refusal(what, answer.status_code, answer.headers.get("retry-after"))
    return answer.content


def refusal(what: str, status: int, retry_after: str | None = None) -> MosaicError:
    if status in _OWNERS:
        return AccessRefusedError(what, f"it answered {status}")
    if status in (408, 429, 503):
        return ThrottledError(what, float(retry_after) if retry_after and retry_after.isdecimal() else None)
    if status >= 500:
        return SourceUnavailableError(what, f"it answered {status}")
    return UnsupportedError(f"The message, which {what} answered with {status},")
