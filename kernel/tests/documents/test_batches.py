"""Nothing is left out when a feed is cut into requests, and progress never jumps over what is open."""

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.documents.batches import (
    BYTES_A_WRITE,
    DOCUMENTS_A_WRITE,
    REVISIONS_A_FETCH,
    Progress,
    fetches,
    halves,
    revisions_of,
    writes,
)
from mosaicfs.model.document import Document, Wanted
from mosaicfs.model.replication import CompareRevisions, FetchRevisions, ReadInfo, Request, WriteDocuments

wanted = st.lists(st.integers(0, 700), max_size=12).map(
    lambda sizes: [Wanted(f"d{n}", tuple(f"{g + 1}-a" for g in range(size))) for n, size in enumerate(sizes)]
)
documents = st.lists(st.sampled_from([2, 1000, 3 << 20, 8 << 20]), max_size=40).map(
    lambda sizes: [Document(f"d{n}", "1-a", bytes(size)) for n, size in enumerate(sizes)]
)


@given(wanted)
def test_every_wanted_document_is_fetched_once_in_requests_of_a_fit_size(asked: list[Wanted]) -> None:
    requests = fetches(1, asked)
    assert [one for request in requests for one in request.wanted] == asked
    for request in requests:
        assert len(request.wanted) == 1 or sum(len(one.revs or ()) for one in request.wanted) <= REVISIONS_A_FETCH


@given(documents)
def test_every_document_is_written_once_in_requests_of_a_fit_size(given_ones: list[Document]) -> None:
    requests = writes(1, given_ones)
    assert [one for request in requests for one in request.documents] == given_ones
    for request in requests:
        assert len(request.documents) == 1 or sum(len(d.body) for d in request.documents) <= BYTES_A_WRITE


def test_a_write_holds_at_most_500_documents() -> None:
    sizes = [len(r.documents) for r in writes(1, [Document(f"d{n}", "1-a", b"{}") for n in range(1200)])]
    assert sizes == [DOCUMENTS_A_WRITE, DOCUMENTS_A_WRITE, 200]


requests = st.one_of(
    st.integers(1, 9).map(lambda n: CompareRevisions(1, {f"d{i}": ("1-a", "1-b") for i in range(n)})),
    st.integers(1, 9).map(lambda n: FetchRevisions(1, tuple(Wanted(f"d{i}", ("1-a", "1-b")) for i in range(n)))),
    st.integers(1, 9).map(lambda n: WriteDocuments(1, tuple(Document(f"d{i}", "1-a", b"{}") for i in range(n)), 2)),
)


@given(requests)
def test_halving_ends_and_loses_no_revision(request: Request) -> None:
    left, found = [request], set[tuple[str, str]]()
    for _ in range(100):
        if not left:
            break
        one = left.pop()
        parts = halves(one)
        left += parts
        found |= set() if parts else {(i, rev) for i, revs in revisions_of(one).items() for rev in revs}
    assert not left
    assert found == {(i, rev) for i, revs in revisions_of(request).items() for rev in revs}


def test_a_question_about_the_peer_cannot_be_halved() -> None:
    assert halves(ReadInfo("source")) == []
    assert revisions_of(ReadInfo("source")) == {}


@given(st.permutations(range(6)))
def test_progress_waits_for_the_oldest_open_batch(order: list[int]) -> None:
    progress = Progress("0")
    numbers = [progress.opened(str(n + 1), 10) for n in range(6)]
    for number in numbers:
        progress.changed(number, 1)
    done: set[int] = set()
    for at in order:
        progress.changed(numbers[at], -1)
        done.add(at)
        through = next((n for n in range(6) if n not in done), 6)
        assert (progress.through, progress.rows, len(progress)) == (str(through), 10 * through, 6 - through)


def test_documents_that_are_tried_again_move_nothing() -> None:
    progress = Progress("7")
    progress.changed(progress.opened("", 0), 0)
    assert (progress.through, len(progress)) == ("7", 0)
