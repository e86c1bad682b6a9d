"""One observation as the system gives it, in words that every driver shares; `settling` makes events of them."""

from __future__ import annotations

from typing import Literal, NamedTuple

Verb = Literal["made", "written", "dropped", "left", "arrived", "look"]


class Raw(NamedTuple):
    """`left` and `arrived` are the halves of a move and share a cookie, if the other half was seen at all.

    `look` is a folder that may hold what nobody was told of; it is not new by that.
    """

    verb: Verb
    path: bytes
    is_folder: bool = False
    cookie: int = 0
