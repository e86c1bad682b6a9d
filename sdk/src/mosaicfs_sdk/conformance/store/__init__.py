"""What every document store must do, whatever engine keeps it.

Subclass, say how a store is opened, and pytest runs the whole of it:

    class TestMyStore(StoreConformance):
        @asynccontextmanager
        async def open_store(self, place: Path) -> AsyncIterator[Store]:
            async with my_store(place / "mine.db") as store:
                yield store

Each noun of the store has a file here. What an engine cannot do is named in `exemptions`, each with its reason.
"""

from mosaicfs_sdk.conformance.store.feed import FeedTests
from mosaicfs_sdk.conformance.store.filing import FilingTests
from mosaicfs_sdk.conformance.store.local_documents import LocalDocumentTests
from mosaicfs_sdk.conformance.store.opened import OpenStore
from mosaicfs_sdk.conformance.store.queries import QueryTests
from mosaicfs_sdk.conformance.store.questions import QuestionTests
from mosaicfs_sdk.conformance.store.revisions import RevisionTests
from mosaicfs_sdk.conformance.store.search import SearchTests
from mosaicfs_sdk.conformance.store.upkeep import UpkeepTests
from mosaicfs_sdk.conformance.store.writes import WriteTests

__all__ = ["OpenStore", "StoreConformance"]


class StoreConformance(
    RevisionTests,
    WriteTests,
    FeedTests,
    QueryTests,
    QuestionTests,
    SearchTests,
    FilingTests,
    LocalDocumentTests,
    UpkeepTests,
):
    """All of it."""
