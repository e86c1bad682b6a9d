"""The API as users meet it, signed in over HTTP on loopback, beside a bare FastAPI route on the same server library.

Five clients ask at once, each over one connection that stays open. An access key may ask a hundred times a second and
search twenty times, so each client has several and takes them in turn. The bare route gives the same answer from
memory to anybody: what is between the two is what signing in, looking up and limits cost.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import trio

from bench import files
from bench.bare import bare
from bench.harness import Comparison, Side, compare, report
from bench.listening import EventFacts, measured_events
from bench.replicate import free_port, most_memory_mb
from bench.search import QUERIES
from bench.server import Api, Home, server
from mosaicfs.documents.sqlite import open_store
from mosaicfs.identity.access_keys import signing_key
from mosaicfs.identity.signatures import HmacSigner, audience
from mosaicfs.model.role import CONTROL

BATCH: Final = 1_000
CLIENTS: Final = 5
WHOAMI: Final = "/api/auth/whoami"
PAGE: Final = "/api/files?limit=100"

Login = Callable[[str], str]
"""The value of `Authorization` for one GET of a target."""


class Key(NamedTuple):
    bearer: Login
    signed: Login


class Ask(NamedTuple):
    """Target and login of each request, without end."""

    title: str
    each: Callable[[], Iterator[tuple[str, str]]]


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=500_000)
    parser.add_argument("--requests", type=int, default=2_000, help="of a turn")
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--repeats", type=int, default=3)


def run(options: argparse.Namespace) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="mosaicfs-bench-"))
    try:
        home = Home(folder / "home")
        trio.run(_fill, home, options.files)
        port, peer_port = free_port(), free_port()
        with server(home, f"http://127.0.0.1:{port}") as (api, started):
            api.search(QUERIES[0], 1)
            keys = _keys(api, options.keys)
            asks = list(_asks(api, keys))
            answers = {str(number): _answer(api, ask) for number, ask in enumerate(asks)}
            with bare(folder, answers, peer_port):
                comparisons, facts = _in_turns(asks, port, peer_port, options)
            events = measured_events(home, ("127.0.0.1", port), keys[0].bearer(""), options.events)
            facts |= _facts_of(events) | {"server, most MB": most_memory_mb(started.pid)}
        return report("api", comparisons, {"files": float(options.files), **facts})
    finally:
        shutil.rmtree(folder)


async def _fill(home: Home, count: int) -> None:
    documents = files.documents(count, files.mixed_name)
    async with open_store(home.state / "mosaicfs.db", home.folder / "bell") as store:
        for start in range(0, count, BATCH):
            await store.write(documents[start : start + BATCH], writer=CONTROL)


# --- who asks, and what ----------------------------------------------------------------------------------------------


def _keys(owner: Api, count: int) -> list[Key]:
    """Access keys as the owner makes them, each signed in once."""
    ours = audience(json.loads(owner.get("/api/identity"))["instance_id"])
    return [_key(owner, ours, number) for number in range(count)]


def _key(owner: Api, ours: str, number: int) -> Key:
    made = owner.post("/api/credentials", {"name": f"bench {number}"})
    key_id, secret = made["key_id"], made["secret_key"]
    token = owner.post("/api/auth/login", {"access_key_id": key_id, "secret_key": secret})["token"]
    signer = HmacSigner(key_id, signing_key(key_id, secret))
    return Key(lambda _: f"Bearer {token}", lambda target: signer.authorization("GET", target, ours))


def _asks(api: Api, keys: Sequence[Key]) -> Iterator[Ask]:
    ids = [item["file_id"] for item in json.loads(api.get("/api/files?limit=500"))["items"]]
    bearers, signers = [key.bearer for key in keys], [key.signed for key in keys]
    searches = [f"/api/search?q={word.replace(' ', '%20')}&match=substring&limit=20" for word in QUERIES]
    yield Ask("whoami, by token", lambda: _each([WHOAMI], bearers))
    yield Ask("whoami, signed", lambda: _each([WHOAMI], signers))
    yield Ask("a file", lambda: _each([f"/api/files/{file_id}" for file_id in ids], bearers))
    yield Ask("a page of 100 files", lambda: _each([PAGE], bearers))
    yield Ask("a search", lambda: _each(searches, bearers))


def _each(targets: Sequence[str], logins: Sequence[Login]) -> Iterator[tuple[str, str]]:
    for target, login in zip(itertools.cycle(targets), itertools.cycle(logins)):
        yield target, login(target)


def _answer(api: Api, ask: Ask) -> bytes:
    """The first one, given to the owner."""
    target, _ = next(ask.each())
    return api.get(target)


# --- in turns --------------------------------------------------------------------------------------------------------


def _in_turns(
    asks: Sequence[Ask], port: int, peer_port: int, options: argparse.Namespace
) -> tuple[list[Comparison], dict[str, float | str]]:
    comparisons: list[Comparison] = []
    facts: dict[str, float | str] = {}
    for number, ask in enumerate(asks):
        ours, theirs = Asked(port, ask.each()), Asked(peer_port, itertools.repeat((f"/{number}", "")))
        comparisons.append(
            compare(
                ask.title,
                Side("MosaicFS", partial(ours.turn, options.requests)),
                Side("bare FastAPI", partial(theirs.turn, options.requests)),
                amount=options.requests,
                unit="requests",
                repeats=options.repeats,
            )
        )
        facts |= {f"{ask.title}, p95 ms": _ms(ours.waits), f"{ask.title}, p95 ms of the peer": _ms(theirs.waits)}
    return comparisons, facts


class Asked:
    """One server and the seconds that each request took."""

    def __init__(self, port: int, each: Iterator[tuple[str, str]]) -> None:
        self._place = ("127.0.0.1", port)
        self._each = each
        self._next = threading.Lock()
        self.waits: list[float] = []

    def turn(self, requests: int) -> float:
        """Seconds until the last client has its last answer."""
        ready = threading.Barrier(CLIENTS + 1)
        share = requests // CLIENTS
        failures: list[BaseException] = []
        clients = [threading.Thread(target=self._ask, args=(share, ready, failures)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        ready.wait()
        begun = time.perf_counter()
        for client in clients:
            client.join()
        seconds = time.perf_counter() - begun
        if failures:
            raise failures[0]
        return seconds

    def _ask(self, share: int, ready: threading.Barrier, failures: list[BaseException]) -> None:
        try:
            api = Api(self._place)
            ready.wait()
            for _ in range(share):
                with self._next:
                    target, login = next(self._each)
                begun = time.perf_counter()
                api.get(target, login)
                self.waits.append(time.perf_counter() - begun)
            api.close()
        except BaseException as trouble:  # noqa: BLE001 - raised by whoever waits for the threads
            ready.abort()
            failures.append(trouble)


# --- telling ---------------------------------------------------------------------------------------------------------


def _facts_of(events: EventFacts) -> dict[str, float | str]:
    return {
        "events, subscribers": float(events.subscribers),
        "events, delay p95 ms": _ms(events.delays),
        "events delivered/s": events.delivered_per_s,
    }


def _ms(waits: Sequence[float]) -> str:
    return f"{sorted(waits)[math.ceil(0.95 * len(waits)) - 1] * 1_000:.2f}"
