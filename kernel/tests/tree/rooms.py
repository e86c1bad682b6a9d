"""What one directory is made of: files, mounts and documents for tests, and rooms in which names meet often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from mosaicfs.model.directory import ConflictPolicy, Mount, MountSource, VirtualDirectory
from mosaicfs.model.filing import FileRow
from mosaicfs.model.names import showable
from mosaicfs.tree.composing import Candidate, Composed, compose
from mosaicfs.tree.names import own_name, shown_folder

LATER, EARLIER = "2026-01-15T14:30:00.000001Z", "2026-01-15T14:30:00.000000Z"
LONG = "a" * 300


def mounts(*policies: ConflictPolicy) -> list[Mount]:
    source = MountSource(node_id="*", export_path="/")
    return [
        Mount(mount_id=f"m{number}", source=source, strategy="flatten", conflict_policy=policy)
        for number, policy in enumerate(policies)
    ]


def file(
    name: str,
    number: int = 1,
    *,
    node: str = "node-nas",
    folder: str = "/a",
    mtime: str = EARLIER,
    mount: int = 0,
) -> Candidate:
    file_id = f"file::018f6a7e-3c2b-7d11-9a54-0000{number:08x}"
    return Candidate(FileRow(number, file_id, 1000 + number, node, folder, name, 7, mtime, "text/plain"), mount)


def directory(
    path: str, inode: int = 5000, *, mounts: Sequence[Mount] = (), updated: str | None = None
) -> VirtualDirectory:
    parent, _, name = path.rpartition("/")
    return VirtualDirectory(
        inode=inode,
        virtual_path=path,
        name=name,
        parent_path=parent or "/",
        created_at="2026-03-14T09:00:00Z",
        updated_at=updated,
        mounts=tuple(mounts),
    )


NAMES = [
    *("r.pdf", "r", "r (n)", "r (n).pdf", "r (n, 00000001).pdf", "r (n, 00000002)", ".r", "R.pdf"),
    *("é", "\udcff", "federation", ".mosaic", "", ".", "a/b", "a\nb"),
    *(LONG, LONG + "b", "a" * 244 + " (00000001)", "a" * 255, "a" * 251 + " (n)", "é" * 130 + ".pdf"),
]
rows = st.builds(
    lambda name, number, node, folder, mtime: file(name, number, node=node, folder=folder, mtime=mtime).row,
    st.sampled_from(NAMES),
    st.integers(1, 12),
    st.sampled_from(["n", "n2", "n" * 63]),
    st.sampled_from(["/", "/a", "/b"]),
    st.sampled_from([EARLIER, LATER]),
)
EITHER: list[ConflictPolicy] = ["last_write_wins", "suffix_node_id"]
policies = st.lists(st.sampled_from(EITHER), min_size=3, max_size=3)


class Room(NamedTuple):
    """All that one directory is made of."""

    path: str
    mounts: list[Mount]
    files: list[Candidate]
    folders: list[str]
    children: list[VirtualDirectory]

    def composed(self) -> Composed:
        return compose(*self)

    def of_name(self, name: str) -> Room:
        return self._replace(
            files=[each for each in self.files if own_name(each.row) == name],
            folders=[each for each in self.folders if shown_folder(each) == name],
            children=[each for each in self.children if each.name == name],
        )


@st.composite
def rooms(draw: st.DrawFn, chosen: st.SearchStrategy[list[ConflictPolicy]] = policies) -> Room:
    """Each file is the same whichever mounts bring it."""
    path = draw(st.sampled_from(["/", "/d"]))
    files = draw(st.lists(rows, max_size=12, unique_by=lambda row: row.file_id))
    children = draw(
        st.sets(st.sampled_from([name for name in NAMES if showable(name) and name.isprintable()]), max_size=3)
    )
    return Room(
        path,
        mounts(*draw(chosen)),
        [Candidate(row, mount) for row in files for mount in draw(st.sets(st.integers(0, 2), min_size=1))],
        draw(st.lists(st.sampled_from(NAMES), max_size=4)),
        [directory(f"{path.rstrip('/')}/{name}") for name in sorted(children)],
    )
