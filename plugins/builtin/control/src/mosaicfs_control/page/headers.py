"""What browsers are told of the page, and of the frame that shows untrusted files: what may load, and what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PREVIEW: Final = "/preview/"

OF_PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
OF_FRAME: Final = (
    "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; worker-src blob:; connect-src 'none'; frame-ancestors 'self'"
)
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_FIRST: Final = "no-cache"


def headers_of(path: str, *, is_hashed: bool) -> Mapping[str, str]:
    """The frame has an opaque origin, to which its own script is one of another site."""
    kept = {"cache-control": FOR_EVER if is_hashed else ASK_FIRST}
    if path.startswith(PREVIEW):
        return {**kept, "content-security-policy": OF_FRAME, "cross-origin-resource-policy": "cross-origin"}
    return {**kept, "content-security-policy": OF_PAGE}
