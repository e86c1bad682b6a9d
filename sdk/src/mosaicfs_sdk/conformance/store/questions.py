"""The named questions: each answered as a look through all documents answers it, after any writes."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest

from mosaicfs import wire
from mosaicfs.errors import MalformedDocumentError
from mosaicfs.model import questions as q
from mosaicfs.model.document import Document
from mosaicfs.model.role import CONTROL, UPSTREAM
from mosaicfs.model.store import IdRange, Store, Tally
from mosaicfs_sdk.conformance.store.opened import OpenStore
from mosaicfs_sdk.conformance.store.samples import (
    DIGESTS,
    INODES,
    LABELS,
    MTIMES,
    NODES,
    PARENTS,
    TIMES,
    edit,
    random_sample,
    replicated,
)

UUID = "018f6a7e-3c2b-7d11-9a54-000000000003"

QUESTIONS: tuple[q.Question, ...] = (
    *(q.FileAt(node, path) for node in NODES for path in ("/x/a.txt", "/y", "/x/y", "/Ä/übung.md")),
    q.FileAt("node-a", "/x/a.txt", None),
    q.FileAt("node-a", "/x/a.txt", "deleted"),
    *(
        q.FilesUnder("node-a", prefix, status)
        for prefix in ("/", "/x", "/x/", "/x/y", "/Ä/")
        for status in ("active", None)
    ),
    *(q.FilesIn("node-b", parent) for parent in PARENTS),
    q.FilesIn("node-b", "/x", None),
    *(q.FilesOf(node, status) for node in NODES for status in ("active", "deleted", None)),
    q.FilesNamed("TXT"),
    q.FilesNamed("straSSE"),
    q.FilesNamed("?.txt", "glob"),
    q.FilesNamed("^[a-z]\\.", "regex"),
    q.FilesOfType("text/plain"),
    q.FilesOfType("text/*"),
    q.FilesBySize(),
    q.FilesBySize(1, 1000),
    q.FilesByMtime(),
    q.FilesByMtime(MTIMES[1], MTIMES[2]),
    q.FilesByMtime(until="2026-01-01T01:00:00+01:00"),
    *(q.ByInode(inode) for inode in INODES),
    *(q.FilesByDigest(digest) for digest in DIGESTS),
    q.FilesByDigest(DIGESTS[0], None),
    *(q.FilesMigratedFrom(node, "/x/a.txt") for node in NODES),
    *(q.FilesDeletedBefore(time) for time in TIMES),
    *(q.DirectoriesIn(parent) for parent in ("/docs", "/docs/x", "/")),
    q.AllDirectories(),
    q.NodesByStatus(),
    q.NodesByStatus("online"),
    q.NodesWithCapability("search"),
    *(q.FilesystemsOf(node) for node in NODES),
    *(q.FilesystemsAt(node) for node in NODES),
    q.EnabledCredentials(),
    q.SnapshotsOf("node-a"),
    q.SnapshotsOf("node-b", "2026-01-02T01:00:00Z", "2026-01-02T03:30:00Z"),
    *(q.AssignmentsWithLabel(label) for label in LABELS),
    *(q.LabelRulesFor(node) for node in NODES),
    q.AnnotationsOf("ocr"),
    q.AnnotationsOf("exif", "camera"),
    q.AnnotationsOf("exif", "camera", 1),
    q.AnnotationsOf("exif", "deep.n", 2),
    q.AccessBetween(),
    q.AccessBetween(TIMES[1], TIMES[2]),
    q.AccessBetween(until=TIMES[1]),
    q.DocumentsOfFile(UUID),
    *(q.PluginsOf(node) for node in NODES),
    q.BackendsHostedBy(None),
    q.BackendsHostedBy("node-a"),
    q.BackendsByMode("target"),
    *(q.PinsOf(node) for node in NODES),
    q.ReplicationRulesTo("drive"),
    q.EnabledReplicationRules(),
    q.ReplicasOn("drive"),
    q.ReplicasOn("offsite", "current"),
    q.Notifications(),
    q.Notifications("active"),
    q.Notifications(severity="error", node_id="node-b"),
)


async def fill(store: Store, seed: int) -> None:
    """Rounds of edits and deletions, with branches of peers and what nobody can read among them."""
    random = Random(seed)
    for _ in range(4):
        samples = dict(random_sample(random) for _ in range(70))
        known = {doc.id: doc for doc in await store.get_many(list(samples)) if doc is not None}
        docs = [edit(sample, known[sample[0]].rev if sample[0] in known else "") for sample in samples.items()]
        docs = [doc._replace(deleted=True, body=b"{}") if doc.rev and random.random() < 0.15 else doc for doc in docs]
        assert not [row for row in await store.write(docs, writer=CONTROL) if row.error]
        losing = [edit(random_sample(random), "1-0")._replace(path=("0",)) for _ in range(3)]
        winning = [edit(random_sample(random), f"{random.randrange(5, 9)}-f")._replace(path=("f",)) for _ in range(5)]
        await store.write(losing + winning, writer=UPSTREAM, new_edits=False)
    odd = Document("file::018f6a7e-3c2b-7d11-9a54-ffffffffffff", "1-a", b'{"inode":"odd","type":"file"}', path=("a",))
    await store.write([odd], writer=UPSTREAM, new_edits=False)


async def nouns(store: Store) -> list[tuple[Document, object]]:
    found: list[tuple[Document, object]] = []
    for row in await store.ids(IdRange(), 10_000, include_docs=True):
        assert row.document is not None
        try:
            found.append((row.document, wire.decode(row.id, row.document.body)))
        except MalformedDocumentError:
            continue
    return found


async def all_pages(store: Store, question: q.Question, limit: int) -> list[Document]:
    found: list[Document] = []
    after: q.Key | None = None
    while True:
        page = await store.ask(question, after=after, limit=limit)
        assert len(page.documents) <= limit
        found += page.documents
        if page.next is None:
            return found
        after = page.next


class QuestionTests(OpenStore):
    @pytest.mark.parametrize("seed", range(3))
    async def test_every_question_is_answered_as_a_look_through_all_documents_answers_it(
        self, store: Store, seed: int
    ) -> None:
        await fill(store, seed)
        everything = await nouns(store)
        for question in QUESTIONS:
            rows = [(question.key(doc.id, noun), doc) for doc, noun in everything if question.matches(noun)]
            expected = [doc for _, doc in sorted(rows)]
            assert (await store.ask(question)).documents == expected, question
            sizes = [getattr(noun, "size", 0) for doc, noun in everything if question.matches(noun)]
            assert await store.tally(question) == Tally(len(sizes), sum(sizes)), question

    async def test_a_question_is_paged_by_its_keys(self, store: Store) -> None:
        await fill(store, 11)
        for question in QUESTIONS:
            whole = (await store.ask(question)).documents
            for limit in (1, 3, len(whole) or 1):
                assert await all_pages(store, question, limit) == whole, (question, limit)

    async def test_the_samples_answer_every_question(self, store: Store) -> None:
        """Or the tests above would compare nothing with nothing."""
        for seed in range(3):
            await fill(store, seed)
        everything = [noun for _, noun in await nouns(store)]
        kinds = {type(question) for question in QUESTIONS if any(map(question.matches, everything))}
        assert kinds == {type(question) for question in QUESTIONS}
        assert {kind.__name__ for kind in kinds} == set(q.__all__) - {"Key", "Question"}

    @pytest.mark.parametrize("seed", range(2))
    async def test_labels_and_counts_are_those_of_the_live_documents(self, store: Store, seed: int) -> None:
        await fill(store, seed)
        bodies = [
            json.loads(row.document.body)
            for row in await store.ids(IdRange(), 10_000, include_docs=True)
            if row.document
        ]
        named = [
            body["labels"]
            for body in bodies
            if body["type"] in {"label_assignment", "label_rule"} and body.get("enabled", True)
        ]
        assert await store.labels() == sorted({label for labels in named for label in labels})
        assert await store.counts() == Counter((body["type"], body.get("status", "")) for body in bodies)

    async def test_documents_with_several_live_leaves_are_listed_in_order(self, store: Store) -> None:
        branched = [f"note::{name}" for name in ("B", "a", "b", "é")]
        docs = [replicated(doc_id, 1, name) for doc_id in branched for name in ("x", "y")]
        docs += [replicated("note::one", 1, "x"), replicated("note::one", 2, "y", "z", deleted=True)]
        docs += [replicated("note::none", 1, "x", deleted=True), replicated("note::none", 1, "y", deleted=True)]
        await store.write(docs, writer=CONTROL, new_edits=False)
        assert await store.conflicts() == branched
        assert await store.conflicts(after="note::B", limit=2) == branched[1:3]
        settled = replicated("note::a", 2, "z", "x", deleted=True)
        await store.write([settled], writer=CONTROL, new_edits=False)
        assert await store.conflicts() == ["note::B", "note::b", "note::é"]
