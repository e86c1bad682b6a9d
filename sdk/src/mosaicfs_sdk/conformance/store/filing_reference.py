"""What a store must tell the tree, said in the most obvious way: each answer is a look through all documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model.access import Access
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.document import Document
from mosaicfs.model.file import File
from mosaicfs.model.filing import FileRow
from mosaicfs.model.ids import file_id, tail_of
from mosaicfs.model.json import JsonObject
from mosaicfs.model.names import showable
from mosaicfs.model.replica import Replica
from mosaicfs.model.times import ordered


@dataclass
class FilingReference:
    """Rows have the number 0. `documents` are all winners."""

    documents: Sequence[Document]
    rows: list[FileRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = ((doc.id, self.noun(doc)) for doc in self.documents)
        files = [(doc_id, noun) for doc_id, noun in found if isinstance(noun, File) and noun.status == "active"]
        self.rows = sorted((_row(*each) for each in files), key=_order)

    def noun(self, doc: Document) -> object:
        try:
            return None if doc.deleted else wire.decode(doc.id, doc.body)
        except MalformedDocumentError:
            return None

    def live(self, kind: str) -> list[Document]:
        return sorted(doc for doc in self.documents if not doc.deleted and doc.id.startswith(f"{kind}::"))

    def nodes(self) -> list[str]:
        return sorted({row.node_id for row in self.rows}, key=str.encode)

    def files_in(self, node_id: str, folder: str) -> list[FileRow]:
        return [row for row in self.rows if (row.node_id, row.folder) == (node_id, folder)]

    def files_at(self, node_id: str, path: str) -> list[FileRow]:
        folder, _, name = path.rpartition("/")
        return [row for row in self.files_in(node_id, folder or "/") if row.name == name]

    def below(self, node_id: str, folder: str) -> list[FileRow]:
        return [row for row in self.rows if row.node_id == node_id and _parts(folder, row) is not None]

    def folders_in(self, node_id: str, folder: str) -> list[str]:
        of_node = (_parts(folder, row) for row in self.rows if row.node_id == node_id)
        shown = {parts[0] for parts in of_node if parts and len(parts) > 1 and all(map(showable, parts))}
        return sorted(shown, key=str.encode)

    def has_files(self, node_id: str, folder: str) -> bool:
        return any(all(map(showable, _parts(folder, row) or ())) for row in self.below(node_id, folder))

    def folders_below(self, node_id: str, folder: str) -> list[tuple[str, int]]:
        paths = [row.folder for row in self.below(node_id, folder)]
        return [(path, paths.count(path)) for path in dict.fromkeys(paths)]

    def newest(self) -> list[FileRow]:
        by_id = sorted(self.rows, key=lambda row: row.file_id)
        return sorted(by_id, key=lambda row: row.mtime, reverse=True)

    def access_times(self) -> list[tuple[str, str]]:
        nouns = [(doc.id, self.noun(doc)) for doc in self.documents]
        return sorted(
            (file_id(tail_of(doc_id)), ordered(noun.last_access)) for doc_id, noun in nouns if isinstance(noun, Access)
        )

    def replicas(self, of: str) -> list[tuple[str, str]]:
        nouns = [self.noun(doc) for doc in self.live("replica") if doc.id.split("::")[1] == tail_of(of)]
        return sorted((noun.target_name, noun.status) for noun in nouns if isinstance(noun, Replica))

    def annotation(self, of: str, plugin_name: str) -> JsonObject | None:
        nouns = [self.noun(doc) for doc in self.documents if doc.id == f"annotation::{tail_of(of)}::{plugin_name}"]
        return next((noun.data for noun in nouns if isinstance(noun, Annotation) and noun.status == "ok"), None)


def _row(doc_id: str, file: File) -> FileRow:
    source, mtime = file.source, ordered(file.mtime)
    return FileRow(
        0, doc_id, file.inode, source.node_id, source.export_parent, file.name, file.size, mtime, file.mime_type
    )


def _order(row: FileRow) -> tuple[bytes, bytes, bytes, str]:
    return row.node_id.encode(), row.folder.encode(), row.name.encode(), row.file_id


def _parts(folder: str, row: FileRow) -> list[str] | None:
    """The components that lead from a folder to a file, the file's name last; None where it is not below."""
    above, own = folder.rstrip("/").split("/"), row.folder.split("/") if row.folder != "/" else [""]
    return [*own[len(above) :], row.name] if own[: len(above)] == above else None
