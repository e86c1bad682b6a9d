"""Files and searches made up at random: of few names, few places and few ids, so that they meet."""

from __future__ import annotations

from random import Random
from typing import cast, get_args
from uuid import UUID

from mosaicfs import wire
from mosaicfs.model.access import Access
from mosaicfs.model.file import File, FileSource
from mosaicfs.model.label import LabelAssignment, LabelRule
from mosaicfs.model.owner import Owner
from mosaicfs.model.search import Facet, FileType, Search, Sort, Word

NODES = ("node-a", "node-b")
PARENTS = ("/", "/x", "/x/y", "/x-2", "/Fotos/Süd", "/x/report")
MTIMES = ("2019-12-31T23:59:59.999999Z", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2025-06-01T10:00:00.5Z")
SIZES = (0, 1, 1024, 1025, 5_000_000, 2**31, 2**40)
MIMES = (None, "text/plain", "image/jpeg", "application/pdf", "message/rfc822")
PIECES = ("report", "Report", "REPORT", "a", "b1", "ß", "Ä", "A\u0308", "é", "İ", "K", "日本", "_", "-", " ", ".", "..")
ENDINGS = ("", ".pdf", ".PDF", ".tar.gz", ".jpg", ".é", ".")
WORDS = ("report", "repo", "EP", "r", "a", ".", ".pdf", "pdf", "b1", "ß", "ä", "Ä", "日", "x/r", "/x", "y/", "é", "zz")
GLOBS = (
    "*",
    "*.pdf",
    "r*t*",
    "?",
    "??*",
    "[a-c]*",
    "[!a-z]*",
    "*{pdf,jp[gG]}",
    "*\\.*",
    "{a,{b,r}}*",
    "[",
    "*[Ä]*",
    "",
)
LABELS = ("work", "Work", "Süden", "q3")
SORTS: tuple[Sort, ...] = get_args(Sort)
FACETS: tuple[Facet, ...] = get_args(Facet)
TYPES: tuple[FileType, ...] = get_args(FileType)


def random_name(random: Random) -> str:
    return "".join(random.choices(PIECES, k=random.randrange(1, 4))) + random.choice(ENDINGS)


def random_file(random: Random) -> tuple[str, bytes]:
    """Of few ids, so that files change, go and come back."""
    number = random.randrange(60)
    version = 7 if number % 3 else 4
    uuid = UUID(
        int=(0x018F6A7E3C2B + number % 5 << 80) | version << 76 | 2 << 62 | (number * 0x9E3779B97F4A7C15) % 2**62
    )
    return f"file::{uuid}", body(
        random_name(random),
        parent=random.choice(PARENTS),
        node=random.choice(NODES),
        size=random.choice(SIZES),
        mtime=random.choice(MTIMES),
        mime=random.choice(MIMES),
        deleted=random.random() < 0.2,
    )


def body(
    name: str,
    *,
    parent: str = "/x",
    node: str = "node-a",
    size: int = 1,
    mtime: str = MTIMES[0],
    mime: str | None = None,
    deleted: bool = False,
) -> bytes:
    path = f"{parent.rstrip('/')}/{name}"
    return wire.encode(
        File(
            inode=7_000,
            name=name,
            source=FileSource(node_id=node, export_path=path, export_parent=parent),
            size=size,
            mtime=mtime,
            mime_type=mime,
            status="deleted" if deleted else "active",
            deleted_at=MTIMES[1] if deleted else None,
            deleted_reason="gone" if deleted else None,
        )
    )


def random_label(random: Random) -> tuple[str, bytes]:
    """An assignment to one of the files of `random_file`, or one of a few rules."""
    labels = tuple(random.sample(LABELS, random.randrange(1, 3)))
    if random.random() < 0.5:
        file_id, _ = random_file(random)
        noun = LabelAssignment(file_id=file_id, labels=labels, updated_at=MTIMES[1], updated_by="owner")
        return f"label_{file_id}", wire.encode(noun)
    rule = LabelRule(
        node_id=random.choice((*NODES, "*")),
        path_prefix=random.choice(("/", "/x/", "/x/y/", "/x", "/Fotos/", "x/")),
        labels=labels,
        name="a rule",
        enabled=random.random() < 0.8,
        created_at=MTIMES[1],
    )
    return f"label_rule::{UUID(int=random.randrange(4))}", wire.encode(rule)


def random_access(random: Random) -> tuple[str, bytes]:
    """Of one of the files of `random_file`, or of one that is not there."""
    file_id, _ = random_file(random)
    at = random.choice(("2026-01-20T00:00:00Z", "2026-02-10T00:00:00Z", "2026-03-01T10:00:00.5+00:00"))
    noun = Access(file_id=file_id, source=Owner(node_id="node-a"), last_access=at, access_count=1)
    return f"access::{file_id.partition('::')[2]}", wire.encode(noun)


def random_search(random: Random) -> Search:
    def some(values: tuple[str, ...], chance: float) -> tuple[str, ...]:
        return tuple(random.sample(values, random.randrange(1, 3))) if random.random() < chance else ()

    def one(values: tuple[str, ...], chance: float) -> str | None:
        return random.choice(values) if random.random() < chance else None

    words = [Word(text, absent=random.random() < 0.2) for text in some(WORDS, 0.7)]
    words += [Word(text, "glob", absent=random.random() < 0.2) for text in some(GLOBS, 0.3)]
    sizes = [random.choice(SIZES) if random.random() < 0.15 else None for _ in range(2)]
    return Search(
        words=tuple(words),
        within=random.choice(("name", "path")),
        nodes=some(("node-a", "node-b", "node-c"), 0.2),
        types=cast("tuple[FileType, ...]", some(TYPES, 0.2)),
        mimes=some(("image/*", "text/plain", "*/*", "application/*"), 0.15),
        extensions=some(("pdf", "tar.gz", "gz", "É", "jpg"), 0.2),
        labels=some(LABELS, 0.15),
        labels_any=some((*LABELS, "none"), 0.1),
        labels_not=some(LABELS, 0.1),
        size_min=sizes[0],
        size_max=sizes[1],
        mtime_after=one(("2026-01-01T00:00:00.000000Z", "2025-06-01T10:00:00.500000Z"), 0.15),
        mtime_before=one(("2026-01-01T00:00:00.000000Z", "2025-06-01T10:00:00.500000Z"), 0.15),
        accessed_after=one(("2026-02-01T00:00:00.000000Z", "2026-03-01T10:00:00.500000Z"), 0.1),
        accessed_before=one(("2026-03-01T00:00:00.000000Z", "2026-02-15T10:00:00.500000Z"), 0.1),
        never_accessed=random.random() < 0.1,
        path_prefix=one(("/", "/x", "/x/", "/x/y", "/nowhere", "/x/report"), 0.2),
        parent=one(PARENTS, 0.15),
        status=random.choice(("active", "active", "deleted", None)),
        sort=random.choice(SORTS),
        descending=random.random() < 0.5,
        facets=cast("tuple[Facet, ...]", some(FACETS, 0.5)),
        offset=random.choice((0, 0, 0, 1, 7)),
        limit=random.choice((1, 3, 10, 100)),
        counted=random.random() < 0.8,
    )
