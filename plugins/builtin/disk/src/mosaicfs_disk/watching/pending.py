"""What waits to be reported, as a tree of names: renaming or dropping a whole folder moves one node.

A path is made of a node only when it is reported, so what waits below a folder follows it wherever it goes. What is
decided of a node is in `settling`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

What = Literal["file", "folder", "gone", "moved"]


class Move:
    """A file or folder under way. `carried` is set while only its first half was seen; then it hangs in no tree.

    `old` is None when nothing can be said to have come from there: it is new itself, or the place was filled again.
    """

    __slots__ = ("carried", "is_folder", "new", "old")

    def __init__(self, old: Node | None, carried: Node | None, is_folder: bool) -> None:
        self.old = old
        self.carried = carried
        self.new: Node | None = None
        self.is_folder = is_folder


class Entry:
    """What is to be said of a path. `fresh`: nobody was told that it is here. `floor`: not before that time."""

    __slots__ = ("booked", "due", "first", "floor", "fresh", "move", "what")

    def __init__(self, what: What, fresh: bool, now: float, floor: float = 0.0) -> None:
        self.what = what
        self.fresh = fresh
        self.first = now
        self.floor = floor
        self.due = now
        self.booked = float("inf")
        self.move: Move | None = None


class Node:
    """A name below its parent. `leaving` is the move of what was here, while nobody was told of it."""

    __slots__ = ("children", "entry", "leaving", "name", "parent")

    def __init__(self, name: bytes, parent: Node | None) -> None:
        self.name = name
        self.parent = parent
        self.children: dict[bytes, Node] = {}
        self.entry: Entry | None = None
        self.leaving: Move | None = None

    def child(self, name: bytes) -> Node:
        node = self.children.get(name)
        if node is None:
            node = self.children[name] = Node(name, self)
        return node

    def replace(self, by: Node) -> None:
        """Put `by`, with all below it, where this node hangs."""
        assert self.parent is not None, "the top of the tree is not replaced"
        by.name, by.parent = self.name, self.parent
        self.parent.children[self.name] = by
        self.parent = None

    def path(self, top: Node) -> bytes | None:
        """None while it, or a folder above it, hangs in no tree."""
        names: list[bytes] = []
        node = self
        while node.parent is not None:
            names.append(node.name)
            node = node.parent
        names.append(b"")
        return b"/".join(reversed(names)) if node is top else None

    def prune(self) -> None:
        """Take out what says nothing any more, up to the first that does."""
        node = self
        while node.parent is not None and not node.children and node.entry is None and node.leaving is None:
            parent = node.parent
            if parent.children.get(node.name) is node:
                del parent.children[node.name]
            node.parent = None
            node = parent

    def below(self) -> Iterator[Node]:
        """All nodes under this one, which may lose their entries meanwhile."""
        stack = list(self.children.values())
        while stack:
            node = stack.pop()
            stack.extend(node.children.values())
            yield node
