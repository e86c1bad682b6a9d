"""What plugins tell the owner passes through the host, which keeps their secrets to itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.notification import Remedy, Severity
from mosaicfs.plugin_host.host import PluginHost
from mosaicfs.plugin_host.notices import DiscreetNotices

TELLS = """
from dataclasses import dataclass
from mosaicfs.model.secret import Secret

@dataclass(frozen=True)
class Options:
    token: Secret

PLUGIN = PluginInfo(
    name="tells", title="Tells", summary="Tells.", version="1", api=1, options=Options, default_enabled=True
)

@hookimpl
async def annotate(event, entry, notices, options):
    token = options.token.reveal()
    notices.observe("refused", "error", f"No {token}", f"The service does not take {token} any more.")
    notices.clear("refused")
    return {}
"""


class Board:
    def __init__(self, plugin: str = "") -> None:
        self.told: list[tuple[str, ...]] = [(plugin,)]

    def observe(self, key: str, severity: Severity, title: str, message: str, actions: Sequence[Remedy] = ()) -> None:
        self.told.append((key, severity, title, message))

    def clear(self, key: str) -> None:
        self.told.append((key,))


async def test_a_notice_never_holds_a_secret_of_its_plugin(host: Callable[..., PluginHost], entry: Entry) -> None:
    boards: list[Board] = []

    def board_for(plugin: str) -> Board:
        boards.append(Board(plugin))
        return boards[-1]

    made = host({"tells": TELLS}, options={"tells": {"token": "hunter2-secret"}}, notices_for=board_for)
    event = Event(name="file.added")
    await made.hooks.annotate("tells", event, entry, None)
    (board,) = boards
    assert [line[0] for line in board.told] == ["tells", "refused", "refused"]
    assert "hunter2" not in str(board.told)


def test_what_is_no_text_is_left_to_whoever_judges_it() -> None:
    board = Board()
    DiscreetNotices(board, str.upper).observe("odd", "info", None, "so")  # type: ignore[arg-type]  # what a stranger may do
    assert str(board.told[1:]) == "[('odd', 'info', None, 'SO')]"
