"""The first words on a connection: both say hello, nothing comes before it, and then it is known who is there."""

from __future__ import annotations

from typing import NamedTuple

import trio

from mosaicfs import RefusedError, __version__
from mosaicfs.errors import PeerGarbledError, TimedOutError
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.plugin_kind import PluginInstance
from mosaicfs_process.envelopes import PROTOCOL
from mosaicfs_process.exchange import Facts
from mosaicfs_process.info import nameless, read_info
from mosaicfs_process.socket.lines import Lines
from mosaicfs_process.socket.session import MOST_WINDOW, window_in
from mosaicfs_process.troubles import called

HELLO_S = 5.0


class Greeted(NamedTuple):
    info: PluginInfo
    window: int


async def greet(lines: Lines, instance: PluginInstance, node_id: str, last_acked: int, told: Facts) -> Greeted:
    """`told` is what it hears of its options. `RefusedError` where one does not want the other; it is told that too."""
    hello: Facts = {
        "type": "hello",
        "protocols": [PROTOCOL],
        "node_id": node_id,
        "plugin_name": instance.name,
        "agent_version": __version__,
        "last_acked": last_acked,
        **told,
    }
    with trio.move_on_after(HELLO_S) as limit:
        await lines.send(hello)
        answer = await lines.receive()
    if limit.cancelled_caught:
        raise TimedOutError(called(instance.name), HELLO_S)
    try:
        return understood(answer, instance)
    except RefusedError as refusal:
        with trio.move_on_after(HELLO_S):
            await lines.send({"type": "refuse", "reason": str(refusal)})
        raise


def understood(answer: Facts | None, instance: PluginInstance) -> Greeted:
    if answer is None:
        raise PeerGarbledError(called(instance.name), "nothing, in place of a hello")
    if answer.get("type") == "refuse":
        raise RefusedError(f"it refuses: {str(answer.get('reason'))[:300]}")
    if answer.get("type") != "hello":
        raise PeerGarbledError(called(instance.name), "something else before its hello")
    if answer.get("protocol") != PROTOCOL:
        raise RefusedError(f"it speaks version {answer.get('protocol')!r} of the protocol, and this is {PROTOCOL}")
    if answer.get("plugin_name") != instance.name:
        raise RefusedError(f"it is configured as {instance.name} and calls itself {answer.get('plugin_name')!r}")
    window = window_in(answer.get("window"))
    if window is None:
        raise RefusedError(f"its window must be a number from 1 to {MOST_WINDOW}")
    return Greeted(_info(answer, instance), window)


def _info(answer: Facts, instance: PluginInstance) -> PluginInfo:
    told = answer.get("info")
    if told is None:
        return nameless(instance.code)
    if isinstance(told, dict):
        told = {"version": answer.get("version", ""), **told}
    return read_info(instance.code, told)
