"""`MOSAICFS_TRACE_HOOKS=1`: every call is a line, short, and without a secret in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from mosaicfs.errors import ThrottledError
from mosaicfs.model.crawling import Source
from mosaicfs.model.entry import Entry
from mosaicfs.model.event import Event
from mosaicfs.model.secret import Secret
from mosaicfs.plugin_host.discretion import Discretion
from mosaicfs.plugin_host.host import PluginHost

MakeHost = Callable[..., PluginHost]

SOURCE = """
PLUGIN = PluginInfo(name="a", title="", summary="", version="1", api=1,
                    options={"properties": {"key": {"type": "secret"}}})
@hookimpl
async def annotate(event, entry, path, options):
    key = options["key"].reveal()
    if event.name == "file.deleted":
        raise KeyError(f"no such key: {key}")
    if event.name == "file.moved":
        raise ThrottledError(f"the account of {key}", 7)
    return {"model": f"asked with {key}", "key": key}
"""


async def traced(host: MakeHost, event: Event, entry: Entry, *, tracing: bool = True) -> list[Any]:
    found = host({"a": SOURCE}, options={"a": {"key": "hunter2-hunter2"}}, tracing=tracing)
    with capture_logs() as lines:
        try:
            await found.hooks.annotate("a", event, entry, Path("/tmp/a.txt"))
        except Exception as error:  # noqa: BLE001 - shown like the log, and looked through like it
            lines.append({"error": str(error), "items": str(found.items())})
    return list(lines)


async def test_a_call_is_one_line_with_its_arguments_and_its_answer(host: MakeHost, entry: Entry) -> None:
    (line,) = await traced(host, Event(name="file.added"), entry)
    assert line["call"].startswith("annotate(event=Event(name='file.added', ")
    assert ", entry=Entry(file_id='file::0195c1de-" in line["call"]
    assert line["outcome"] == "{model='asked with ••••', key=••••}"
    assert (line["plugin"], line["failed"]) == ("a", False)


@pytest.mark.parametrize("name", ["file.added", "file.deleted", "file.moved"])
async def test_no_secret_is_readable_in_a_trace_an_error_or_a_listing(host: MakeHost, entry: Entry, name: str) -> None:
    lines = await traced(host, Event(name=name, payload={"note": "hunter2-hunter2"}), entry)
    assert lines
    assert "hunter2" not in str(lines)


async def test_an_error_of_ours_stays_what_it_is_without_its_secret(host: MakeHost, entry: Entry) -> None:
    found = host({"a": SOURCE}, options={"a": {"key": "hunter2-hunter2"}})
    with pytest.raises(ThrottledError) as raised:
        await found.hooks.annotate("a", Event(name="file.moved"), entry, Path("/tmp/a.txt"))
    assert "the account of ••••" in str(raised.value)
    assert raised.value.retry_after_s == 7


async def test_nothing_is_traced_unless_asked_for(host: MakeHost, entry: Entry) -> None:
    assert await traced(host, Event(name="file.added"), entry, tracing=False) == []


def shown(value: object) -> str:
    return Discretion().shown(value)


def test_names_that_sound_secret_are_masked_wherever_they_stand() -> None:
    source = Source(
        name="mail", backend="imap", node_id="n", prefix="/m", options={"password": "p", "inner": {"api_key": "k"}}
    )
    assert "password=••••, inner={api_key=••••}" in shown(source)


def test_long_things_are_shortened() -> None:
    assert shown("x" * 500) == "'" + "x" * 79 + "…'"
    assert shown(b"x" * 500) == "<500 bytes>"
    assert shown(list(range(500))) == "[0, 1, 2, 3, 4, 5, 6, 7, …]"
    assert shown({str(n): n for n in range(500)}).count("=") == 8
    assert shown([[[["deep"]]]]) == "[[[<list>]]]"


def test_what_is_not_a_value_is_named_by_its_kind() -> None:
    assert shown(object()) == "<object>"
    assert shown(Secret("hunter2")) == "••••"
