"""Documents that come along with the feed: fetched no more, and asked for only while they are of use."""

import pytest

from mosaicfs.documents.replication import Replication
from mosaicfs.model.document import ChangePage, ChangeRow, Document, Missing
from mosaicfs.model.replication import (
    CompareRevisions,
    FetchRevisions,
    PeerInfo,
    Plan,
    ReadChanges,
    ReadCheckpoint,
    ReadInfo,
    Request,
    WriteDocuments,
)


@pytest.fixture
def replication() -> Replication:
    """Both peers are known and neither has a checkpoint."""
    made = Replication(Plan("pull", "session"))
    for request in made.due(0):
        assert isinstance(request, ReadInfo)
        made.learned(request, PeerInfo(request.side))
    for request in made.due(0):
        assert isinstance(request, ReadCheckpoint)
        made.recalled(request, None)
    return made


def only(requests: list[Request]) -> Request:
    (request,) = requests
    return request


def row(number: int, rev: str, *leaves: str) -> ChangeRow:
    doc_id = f"note::{number}"
    return ChangeRow("", doc_id, (rev, *leaves), document=Document(doc_id, rev, b'{"type":"note"}'))


def after_the_feed(replication: Replication, rows: list[ChangeRow]) -> list[Request]:
    """What is asked once `rows` were read and all of their revisions are missing, but for the next page."""
    reading = next(request for request in replication.due(0) if isinstance(request, ReadChanges))
    replication.listed(reading, ChangePage(rows, "9-end", 0), 0)
    comparing = next(request for request in replication.due(0) if isinstance(request, CompareRevisions))
    replication.compared(comparing, {doc_id: Missing(revs) for doc_id, revs in comparing.asked.items()})
    return [request for request in replication.due(0) if not isinstance(request, ReadChanges)]


def test_from_the_beginning_first_revisions_come_with_the_feed_and_are_written_at_once(
    replication: Replication,
) -> None:
    written = only(after_the_feed(replication, [row(1, "1-a"), row(2, "1-b")]))
    assert isinstance(written, WriteDocuments)
    assert [document.id for document in written.documents] == ["note::1", "note::2"]


@pytest.mark.parametrize("rows", [[row(1, "2-a")], [row(1, "1-a", "1-b")]])
def test_what_has_ancestors_or_branches_is_fetched_as_ever(replication: Replication, rows: list[ChangeRow]) -> None:
    fetching = only(after_the_feed(replication, rows))
    assert isinstance(fetching, FetchRevisions)
    assert [(one.id, one.revs) for one in fetching.wanted] == [(each.id, each.revs) for each in rows]


def test_bodies_are_asked_for_no_longer_when_most_were_of_no_use(replication: Replication) -> None:
    def read(rows: list[ChangeRow], last_seq: str) -> bool:
        """Answer the feed and compare; whether it had been asked for bodies."""
        asked = [*pending, *replication.due(0)]
        reading = next(request for request in asked if isinstance(request, ReadChanges))
        replication.listed(reading, ChangePage(rows, last_seq, 5), 0)
        pending[:] = replication.due(0)
        comparing = next(request for request in pending if isinstance(request, CompareRevisions))
        pending.remove(comparing)
        replication.compared(comparing, {doc_id: Missing(revs) for doc_id, revs in comparing.asked.items()})
        return reading.bodies

    pending: list[Request] = []
    assert read([row(1, "1-a"), row(2, "2-b"), row(3, "2-c")], "3-x")
    read([row(4, "2-d")], "4-x")  # was asked for before the answer above was judged
    assert not read([row(5, "1-e")._replace(document=None)], "5-x")


def test_what_is_at_hand_is_written_without_a_look_but_for_the_first_page_and_every_tenth_after_it(
    replication: Replication,
) -> None:
    pages = [[row(number, "1-a")] for number in range(12)]
    looked_for: list[str] = []
    written: list[str] = []
    while pages:
        for request in replication.due(0):
            match request:
                case ReadChanges():
                    replication.listed(request, ChangePage(pages.pop(0), f"{12 - len(pages)}-x", 5), 0)
                case CompareRevisions():
                    looked_for += request.asked
                    replication.compared(request, {doc_id: Missing(revs) for doc_id, revs in request.asked.items()})
                case WriteDocuments():
                    written += (document.id for document in request.documents)
                    replication.wrote(request, [], 0)
    assert looked_for == ["note::0", "note::10"]
    assert written == [f"note::{number}" for number in range(len(written))]
