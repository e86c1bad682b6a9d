"""Which folder a watch belongs to: a tree of names, so that renaming a folder costs the same however much is in it.

The system knows a watch by a number and by the folder itself, whatever its name; this is where its name is. Nothing
here calls the system.
"""

from __future__ import annotations

from mosaicfs_disk.watching.outbox import lies_in


class Folder:
    """`wd` is None while it is not watched. A root has no parent, and its whole path as name."""

    __slots__ = ("children", "name", "parent", "wd")

    def __init__(self, name: bytes, parent: Folder | None) -> None:
        self.name = name
        self.parent = parent
        self.children: dict[bytes, Folder] = {}
        self.wd: int | None = None

    def path(self) -> bytes:
        names: list[bytes] = []
        folder = self
        while folder.parent is not None:
            names.append(folder.name)
            folder = folder.parent
        names.append(folder.name.rstrip(b"/"))
        return b"/".join(reversed(names)) or b"/"

    def root(self) -> Folder:
        folder = self
        while folder.parent is not None:
            folder = folder.parent
        return folder

    def is_in(self, other: Folder) -> bool:
        """Also when they are the same."""
        folder: Folder | None = self
        while folder is not None and folder is not other:
            folder = folder.parent
        return folder is other


class Folders:
    def __init__(self) -> None:
        self.by_wd: dict[int, Folder] = {}
        self.roots: dict[bytes, Folder] = {}
        self.unwatched: set[Folder] = set()

    def root(self, path: bytes) -> Folder:
        return self.roots.setdefault(path, Folder(path, None))

    def at(self, path: bytes) -> Folder | None:
        """The one of that path, if there is one."""
        root = next((each for each in self.roots.values() if lies_in(path, each.name)), None)
        folder = root
        names = path[len(root.name.rstrip(b"/")) :].split(b"/") if root is not None else []
        for name in filter(None, names):
            folder = folder.children.get(name) if folder is not None else None
        return folder

    def has(self, folder: Folder) -> bool:
        """Whether it hangs below a root still."""
        while folder.parent is not None:
            if folder.parent.children.get(folder.name) is not folder:
                return False
            folder = folder.parent
        return self.roots.get(folder.name) is folder

    def child(self, parent: Folder, name: bytes) -> Folder:
        folder = parent.children.get(name)
        if folder is None:
            folder = parent.children[name] = Folder(name, parent)
        return folder

    def watched(self, folder: Folder, wd: int) -> None:
        if folder.wd is not None and folder.wd != wd:
            self.by_wd.pop(folder.wd, None)
        folder.wd = wd
        self.by_wd[wd] = folder
        self.unwatched.discard(folder)

    def move(self, folder: Folder, parent: Folder, name: bytes) -> None:
        """With all that is below it. What had that name must have been removed."""
        self._unhook(folder)
        folder.parent, folder.name = parent, name
        parent.children[name] = folder

    def remove(self, folder: Folder) -> list[int]:
        """With all that is below it. Returns the watches that it had, which the system may still have."""
        self._unhook(folder)
        wds: list[int] = []
        stack = [folder]
        while stack:
            each = stack.pop()
            stack.extend(each.children.values())
            self.unwatched.discard(each)
            if each.wd is not None and self.by_wd.get(each.wd) is each:
                del self.by_wd[each.wd]
                wds.append(each.wd)
        return wds

    def _unhook(self, folder: Folder) -> None:
        if folder.parent is None:
            if self.roots.get(folder.name) is folder:
                del self.roots[folder.name]
        elif folder.parent.children.get(folder.name) is folder:
            del folder.parent.children[folder.name]
