"""The web page in the browser of the desktop, if there is one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def opened(url: str, environment: Mapping[str, str]) -> bool:
    """Never in a browser of the terminal, which would take over the screen; and not by an argument others can see."""
    import webbrowser  # noqa: PLC0415 - what only prints a link needs none of it

    if not has_desktop(environment):
        return False
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False


def has_desktop(environment: Mapping[str, str]) -> bool:
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY") or sys.platform == "darwin")
