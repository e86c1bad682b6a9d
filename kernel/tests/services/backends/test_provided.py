"""Files that a plugin lists below a path of its node: found, read, known by facts, and never more than its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import trio
from msgspec import structs

from kernel.tests.services.backends.service import NODE, Host, settled
from mosaicfs import wire
from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.annotation import Annotation
from mosaicfs.model.crawling import Change, CrawlEnd, Source
from mosaicfs.model.document import Document
from mosaicfs.model.entry import Entry, Span, entry_of
from mosaicfs.model.ids import annotation_id, plugin_id, tail_of
from mosaicfs.model.plugin import Plugin
from mosaicfs.model.provided import prefix_of, provided_by, provider_of
from mosaicfs.model.role import CONTROL
from mosaicfs.model.sink import Sink
from mosaicfs.services.backends import hosted
from mosaicfs.services.backends.backends import Backends
from mosaicfs.services.backends.polls import Polls
from mosaicfs.services.backends.provided import Provided, objections
from mosaicfs.services.indexing.told_facts import Teller

NAME = "mail"
MTIME = "2026-02-16T09:15:00Z"


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosted, "wait_after", lambda failures, asked_s=None: 0.01)


def noun(prefix: str = "/gmail", **more: Any) -> Plugin:
    known: dict[str, Any] = {"provides_filesystem": True, "file_path_prefix": prefix, "enabled": True} | more
    return Plugin(
        node_id=NODE, plugin_name=NAME, name=NAME, plugin_type="executable", created_at="2026-01-01T00:00:00Z", **known
    )


@dataclass
class Mailbox:
    """The plugin, and the host that asks it."""

    letters: dict[str, bytes] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    asked: list[Source] = field(default_factory=list)
    is_ready: bool = True

    async def crawl(self, source: Source, since: str | None, into: Sink) -> CrawlEnd | None:
        if not self.is_ready:
            return None
        self.asked.append(source)
        for path, content in self.letters.items():
            facts = self.facts.get(path)
            change = Change(action="create", export_path=path, size=len(content), mtime=MTIME, facts=facts)
            await into.send(change)
        return CrawlEnd(complete=True, cursor="h:1")

    async def materialize(self, entry: Entry, span: Span, source: Source | None = None) -> AsyncGenerator[bytes] | None:
        assert source is not None
        assert source.name == "plugin:mail"
        return _once(self.letters[entry.export_path])


async def _once(content: bytes) -> AsyncGenerator[bytes]:
    await trio.lowlevel.checkpoint()
    yield content


@dataclass
class Post(Host):
    box: Mailbox = field(default_factory=Mailbox)
    watched: tuple[str, ...] = ()

    async def put(self, plugin: Plugin | None) -> None:
        doc_id = plugin_id(NODE, NAME)
        found = await self.store.get(doc_id)
        rev = "" if found is None else found.rev
        body = b"{}" if plugin is None else wire.encode(plugin)
        (row,) = await self.store.write([Document(doc_id, rev, body, deleted=plugin is None)], writer=CONTROL)
        assert not row.error

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Backends]:
        polls = Polls(self.box)
        async with self.indexing(polls, lambda source: Teller(NAME, 2)) as index, trio.open_nursery() as nursery:
            backends = Backends(
                self.store,
                NODE,
                polls,
                index,
                self.standing,
                self.notices,
                self.folder,
                self.folder,
                watched=lambda: self.watched,
                is_ready=lambda plugin: self.box.is_ready,
            )
            nursery.start_soon(backends.run)
            yield backends
            nursery.cancel_scope.cancel()

    async def paths(self) -> set[str]:
        return set(await self.files())

    async def has(self, *paths: str) -> None:
        async def is_so() -> bool:
            return await self.paths() == set(paths)

        await settled(is_so)

    async def annotation(self, path: str) -> Annotation | None:
        file_id, _ = (await self.files())[path]
        return wire.noun_in(await self.store.get(annotation_id(tail_of(file_id), NAME)), Annotation)

    def state(self) -> dict[str, Any]:
        items: Any = self.standing.counters.get("storage_backends", {}).get("items", [])
        return next((each for each in items if each["name"] == "plugin:mail"), {})


@pytest.fixture
def post(host: Host) -> Post:
    return Post(host.store, host.folder)


async def test_what_a_plugin_lists_is_indexed_below_its_prefix_and_read_through_it(post: Post) -> None:
    post.box.letters = {"/gmail/a.eml": b"hello", "/elsewhere/b.eml": b"no"}
    await post.put(noun())
    async with post.running() as backends:
        await post.has("/gmail/a.eml")
        file_id, file = (await post.files())["/gmail/a.eml"]
        assert (file.source.backend, file.source.node_id) == ("plugin:mail", NODE)
        stream = await backends.stream(entry_of(file_id, file), Span())
        assert b"".join([piece async for piece in stream]) == b"hello"
        other = structs.replace(entry_of(file_id, file), export_path="/elsewhere/b.eml")
        with pytest.raises(SourceUnavailableError):
            await backends.stream(other, Span())
    (source,) = post.box.asked
    assert (source.prefix, source.trigger, source.mode) == ("/gmail", "startup", "source")


async def test_facts_of_a_listing_are_annotations_of_the_plugin(post: Post) -> None:
    paths = [f"/gmail/{number:03}.eml" for number in range(50)]
    post.box.letters = dict.fromkeys(paths, b"hello")
    post.box.facts = {path: {"labels": [path]} for path in paths} | {paths[1]: {}, paths[2]: {"much": "x" * (1 << 20)}}
    del post.box.facts[paths[3]]
    await post.put(noun())
    async with post.running() as backends:
        await post.has(*paths)
        await backends.poll("plugin:mail", is_full=True)  # facts are kept after files, and the first poll is over now
        found = await post.annotation(paths[0])
        assert found is not None
        assert (found.data, found.status, found.annotation_version) == ({"labels": [paths[0]]}, "ok", 2)
        assert found.source_mtime == (await post.files())[paths[0]][1].mtime
        assert [await post.annotation(paths[1]), await post.annotation(paths[3])] == [None, None]
        spoilt = await post.annotation(paths[2])
        assert spoilt is not None
        assert spoilt.status == "failed"
        before = (await post.store.info()).update_seq
        await backends.poll("plugin:mail", is_full=True)
        assert (await post.store.info()).update_seq == before
        post.box.facts[paths[0]] = {}
        await backends.poll("plugin:mail", is_full=True)
        assert await post.annotation(paths[0]) is None


async def test_a_plugin_that_was_away_is_asked_when_it_is_back(post: Post) -> None:
    post.box.letters = {"/gmail/a.eml": b"hello"}
    post.box.is_ready = False
    await post.put(noun())
    async with post.running():
        await settled(_async(lambda: post.state().get("state") == "unreachable"))
        post.box.is_ready = True
        await post.has("/gmail/a.eml")
        post.box.letters["/gmail/b.eml"] = b"more"
        post.box.is_ready = False
        await trio.sleep(1.5)
        post.box.is_ready = True
        await post.has("/gmail/a.eml", "/gmail/b.eml")
    assert post.box.asked[-1].trigger == "reconnect"


@pytest.mark.parametrize("watched", ["/home", "/gmail", "/gmail/inner"])
async def test_a_plugin_takes_no_path_of_others(post: Post, watched: str) -> None:
    post.box.letters = {"/gmail/a.eml": b"hello"}
    post.watched = (watched,)
    await post.put(noun("/gmail" if "gmail" in watched else "/home/mark"))
    async with post.running():
        await settled(_async(lambda: post.state().get("state") == "needs_owner"))
        assert watched in post.state()["message"]
        assert (post.box.asked, await post.paths()) == ([], set())
        post.watched = ()
        await post.put(noun(workers=3))
        await post.has("/gmail/a.eml")


async def test_what_is_provided_no_more_leaves_and_what_is_disabled_stays(post: Post) -> None:
    post.box.letters = {"/gmail/a.eml": b"hello"}
    await post.put(noun())
    async with post.running():
        await post.has("/gmail/a.eml")
        await post.put(noun(enabled=False))
        await settled(_async(lambda: post.state().get("state") == "disabled"))
        await post.has("/gmail/a.eml")
        post.box.letters = {"/post/a.eml": b"hello"}
        await post.put(noun("/post"))
        await post.has("/post/a.eml")
        await post.put(None)
        await post.has()


def _async(is_so: Any) -> Any:
    async def ask() -> bool:
        await trio.lowlevel.checkpoint()
        return bool(is_so())

    return ask


@pytest.mark.parametrize(
    "more",
    [
        {"provides_filesystem": None},
        {"file_path_prefix": None},
        {"file_path_prefix": "/"},
        {"file_path_prefix": "/a/../b"},
    ],
)
def test_without_a_path_of_its_own_a_plugin_provides_nothing(more: dict[str, Any]) -> None:
    assert provided_by(structs.replace(noun(), **more)) is None


def test_the_name_of_such_a_source_is_that_of_no_backend() -> None:
    backend = provided_by(noun())
    assert backend is not None
    assert (provider_of(backend.name), prefix_of(backend.name, backend.backend)) == (NAME, "/gmail")
    assert (provider_of("mail"), prefix_of("mail", "s3")) == (None, "/mail")


def test_of_two_plugins_with_one_path_the_first_has_it() -> None:
    first, second = provided_by(noun()), provided_by(noun("/gmail/inner"))
    assert first is not None
    assert second is not None
    other = Provided(structs.replace(second, name="plugin:other"), "1-b")
    assert list(objections([Provided(first, "1-a"), other], ())) == ["plugin:other"]
