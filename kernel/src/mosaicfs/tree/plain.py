"""The usual directory: one mount entry shows one folder of one node, and every name is as it should be.

Then nobody's name is in anybody's way, and the files are listed as the store gives them. Whatever is unusual is left to
`composing`, which comes to the same for these too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set

from mosaicfs.model.filing import FileRow
from mosaicfs.model.names import are_showable
from mosaicfs.model.tree import Shown
from mosaicfs.tree.names import any_too_long


def are_plain(rows: Sequence[FileRow], directories: Collection[str], inodes: Set[int]) -> bool:
    """Whether files of one folder, in order, are all shown as they are. `directories` are names that others have,
    `inodes` numbers that no file can have.
    """
    names = {row.name for row in rows}
    return (
        len(names) == len(rows)
        and names.isdisjoint(directories)
        and inodes.isdisjoint([row.inode for row in rows])
        and are_showable(names)
        and not any_too_long(names)
    )


def plain_files(rows: Sequence[FileRow], mount_id: str) -> list[Shown]:
    """Of rows of one folder that are plain, in their order."""
    if not rows:
        return []
    folder, node_id = rows[0].folder, rows[0].node_id
    stem = folder if folder == "/" else f"{folder}/"
    return [
        Shown(
            name=name,
            kind="file",
            inode=inode,
            origin="mount",
            size=size,
            mtime=mtime,
            mime_type=mime_type,
            file_id=file_id,
            node_id=node_id,
            export_path=stem + name,
            mount_id=mount_id,
            shown_as="own_name",
        )
        for _, file_id, inode, _, _, name, size, mtime, mime_type in rows
    ]
