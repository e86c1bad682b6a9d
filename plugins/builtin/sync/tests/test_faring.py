"""What is told of replication: enough to see a trouble, and never so much that telling it keeps it busy."""

import pytest
import trio
from trio.testing import MockClock

from mosaicfs import Replication
from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.replication import Direction, Plan, ReadInfo, State
from mosaicfs_sdk.fakes.told import FakeNotices, FakeStanding
from mosaicfs_sync.faring import Faring

SERVER = "https://nas.example:8443"


class Acted(Replication):
    """In the state that a test gives it."""

    def __init__(self, direction: Direction) -> None:
        super().__init__(Plan(direction, "s"))
        self.acted: State = "idle"
        self.reconciles = False

    @property
    def state(self) -> State:
        return self.acted

    @property
    def is_reconciling(self) -> bool:
        return self.reconciles


class Scene:
    def __init__(self) -> None:
        self.standing, self.notices = FakeStanding(), FakeNotices()
        self.faring = Faring(SERVER, self.standing, self.notices, lambda: 2_000_000_000.0 + trio.current_time())
        self.pull, self.push = Acted("pull"), Acted("push")
        self.faring.begin("pull", self.pull)
        self.faring.begin("push", self.push)

    @property
    def fare(self) -> str:
        return self.standing.fares["replication"][-1]

    @property
    def message(self) -> str:
        return self.standing.messages["replication"]

    @property
    def counters(self) -> dict[str, object]:
        return dict(self.standing.counters["replication"])


@pytest.fixture
async def scene(nursery: trio.Nursery) -> Scene:
    made = Scene()
    nursery.start_soon(made.faring.tell_on)
    return made


async def test_while_all_is_well_nothing_new_is_told(scene: Scene, autojump_clock: MockClock) -> None:
    for _ in range(120):
        scene.push.acted = "running"
        await trio.sleep(2)
        scene.push.acted = "idle"
        await trio.sleep(3)
    assert scene.standing.fares["replication"].count("healthy") <= 3
    assert (scene.counters["push_state"], scene.counters["pull_state"]) == ("idle", "idle")


async def test_what_is_busy_for_long_is_shown_with_what_is_pending(scene: Scene, autojump_clock: MockClock) -> None:
    scene.pull.acted = "running"
    scene.pull.counters.rows_pending = 7_000
    await trio.sleep(15)
    assert (scene.counters["pull_state"], scene.counters["pending_pull"]) == ("running", 7_000)
    scene.pull.acted = "idle"
    await trio.sleep(2)
    assert (scene.counters["pull_state"], scene.counters["pending_pull"]) == ("idle", 0)


async def test_five_minutes_of_errors_are_an_error_and_their_end_its_end(
    scene: Scene, autojump_clock: MockClock
) -> None:
    await trio.sleep(2)
    scene.push.acted = "waiting"
    scene.push.last_trouble = "It does not answer."
    await trio.sleep(280)
    assert scene.fare == "degraded"
    assert "replication_error" not in scene.notices.holding
    last_success = scene.counters["last_success"]
    await trio.sleep(30)
    assert "It does not answer." in scene.notices.holding["replication_error"]
    assert SERVER in scene.notices.holding["replication_error"]
    assert scene.counters["last_success"] == last_success
    scene.push.acted = "idle"
    await trio.sleep(2)
    assert scene.notices.holding == {}
    assert scene.fare == "healthy"


async def test_errors_with_good_times_between_them_are_none(scene: Scene, autojump_clock: MockClock) -> None:
    for _ in range(10):
        scene.push.acted = "waiting"
        await trio.sleep(200)
        scene.push.acted = "idle"
        await trio.sleep(2)
        assert "replication_error" not in scene.notices.holding


async def test_rows_that_do_not_move_for_five_minutes_are_a_warning(scene: Scene, autojump_clock: MockClock) -> None:
    scene.pull.acted = "running"
    scene.pull.counters.rows_pending = 10
    for _ in range(10):
        await trio.sleep(100)
        scene.pull.counters.docs_written += 1
        assert "replication_lag" not in scene.notices.holding
    await trio.sleep(310)
    assert "10 to pull" in scene.notices.holding["replication_lag"]
    scene.pull.counters.docs_written += 1
    await trio.sleep(2)
    assert scene.notices.holding == {}


async def test_a_single_document_is_one_document(scene: Scene, autojump_clock: MockClock) -> None:
    scene.push.counters.rows_denied = 1
    await trio.sleep(2)
    assert "refused 1 document of" in scene.notices.holding["replication_denied"]


async def test_documents_that_were_refused_are_told_for_a_day(scene: Scene, autojump_clock: MockClock) -> None:
    scene.push.counters.rows_denied = 2
    await trio.sleep(2)
    assert "refused 2 documents" in scene.notices.holding["replication_denied"]
    assert scene.counters["refused"] == 2
    autojump_clock.jump(86_000)
    await trio.sleep(2)
    assert "replication_denied" in scene.notices.holding
    autojump_clock.jump(1_000)
    await trio.sleep(2)
    assert scene.notices.holding == {}


async def test_before_it_begins_the_cause_is_told(scene: Scene, autojump_clock: MockClock) -> None:
    scene.faring.trouble = str(SourceUnavailableError(SERVER))
    await trio.sleep(2)
    assert scene.fare == "degraded"
    scene.faring.begin("pull", scene.pull)
    await trio.sleep(2)
    assert scene.fare == "healthy"


async def test_what_is_told_is_of_the_real_replication(scene: Scene, autojump_clock: MockClock) -> None:
    real = Replication(Plan("pull", "s"))
    (request, _) = real.due(0.0)
    assert isinstance(request, ReadInfo)
    real.failed(request, SourceUnavailableError(SERVER), 0.0)
    scene.faring.begin("pull", real)
    await trio.sleep(2)
    assert (scene.counters["pull_state"], scene.fare) == ("waiting", "degraded")


async def test_that_the_server_was_put_back_is_told_while_it_matters(scene: Scene, autojump_clock: MockClock) -> None:
    scene.pull.reconciles = True
    await trio.sleep(3)
    assert "put back" in scene.message
    assert scene.fare == "healthy", "nothing is wrong with this node"
    scene.pull.reconciles = False
    await trio.sleep(3)
    assert "put back" not in scene.message
