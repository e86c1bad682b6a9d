"""A text goes to one address, its answer becomes facts, and the key is seen by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from mosaicfs import PluginHost
from mosaicfs.errors import (
    AccessRefusedError,
    EntryUnreadableError,
    MosaicError,
    OptionsError,
    PeerGarbledError,
    SourceUnavailableError,
    ThrottledError,
)
from mosaicfs.model.json import JsonObject
from mosaicfs_annotators.summary import plugin
from mosaicfs_annotators.summary.answers import facts_of
from mosaicfs_annotators.summary.asking import wait_asked
from mosaicfs_sdk.conformance.annotate import AnnotateConformance, Sample, strangers
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.builtin.annotators.tests.completions import Completions, serving
from plugins.builtin.annotators.tests.entries import told_of

KEY = "sk-very-secret"
TEXT = "Money came in. Money went out."


@pytest.fixture
def service() -> Iterator[Completions]:
    with serving() as state:
        yield state


@pytest.fixture
def host(plugin_host: MakeHost, service: Completions) -> PluginHost:
    return plugin_host(plugin, options={"summary": {"endpoint": service.url, "api_key": KEY, "max_input_chars": 100}})


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(TEXT)
    return path


class TestAnnotate(AnnotateConformance):
    plugin = plugin
    telling = Sample("report.txt", "text/plain", b"Money came in.")
    boring = Sample("empty.txt", "text/plain", b"")

    @pytest.fixture
    def options(self, service: Completions) -> JsonObject:
        return {"endpoint": service.url}


async def test_a_text_is_sent_and_its_summary_told(host: PluginHost, service: Completions, text: Path) -> None:
    assert await told_of(host, text, "text/plain") == {
        "summary": "A report.",
        "language": "en",
        "keywords": ["report", "money"],
        "model": "tiny-1",
        "truncated": False,
    }
    ((path, headers, body),) = service.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body["messages"][1] == {"role": "user", "content": TEXT}


async def test_a_long_text_is_cut(host: PluginHost, service: Completions, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("ä" * 101)
    facts = await told_of(host, path, "text/plain")
    assert facts
    assert facts["truncated"] is True
    assert service.asked[0][2]["messages"][1]["content"] == "ä" * 100


def as_docx(path: Path) -> None:
    document = Document()
    document.add_paragraph("Money came in.")
    document.save(str(path))


def as_mail(path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Hello"
    message.set_content("Money came in.")
    path.write_bytes(bytes(message))


def as_html(path: Path) -> None:
    path.write_text("<html><script>x()</script><p>Money came in.</p></html>")


def as_latin(path: Path) -> None:
    path.write_bytes("Money came in. Später wieder hinaus, für Äpfel und Öl.".encode("latin-1"))


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("write", "mime_type"),
    [(as_docx, DOCX), (as_mail, "message/rfc822"), (as_html, "text/html"), (as_latin, "text/plain")],
)
async def test_the_text_inside_is_sent(
    host: PluginHost, service: Completions, tmp_path: Path, write: object, mime_type: str
) -> None:
    assert callable(write)
    write(tmp_path / "a")
    assert await told_of(host, tmp_path / "a", mime_type)
    sent = service.asked[0][2]["messages"][1]["content"]
    assert "Money came in." in sent
    assert "x()" not in sent


@pytest.mark.parametrize(("content", "mime_type"), [(b"\0\1\2", "text/plain"), (b"%PDF-", "application/pdf")])
async def test_what_has_no_text_is_not_sent(
    host: PluginHost, service: Completions, tmp_path: Path, content: bytes, mime_type: str
) -> None:
    (tmp_path / "a").write_bytes(content)
    assert await told_of(host, tmp_path / "a", mime_type) == {}
    assert service.asked == []


TROUBLES: list[tuple[int, type[MosaicError]]] = [
    (401, AccessRefusedError),
    (404, OptionsError),
    (413, EntryUnreadableError),
    (429, ThrottledError),
    (302, SourceUnavailableError),
    (500, SourceUnavailableError),
    (503, SourceUnavailableError),
]


@pytest.mark.allow_log("plugin paused")
@pytest.mark.parametrize(("status", "error"), TROUBLES)
async def test_a_trouble_says_what_can_be_done(
    host: PluginHost, service: Completions, text: Path, status: int, error: type[MosaicError]
) -> None:
    service.status = status
    service.headers = {"Location": f"{service.url}/elsewhere"}
    service.raw = TEXT.encode()
    with pytest.raises(error) as caught:
        await told_of(host, text, "text/plain")
    assert KEY not in str(caught.value)
    assert "Money" not in str(caught.value)
    assert len(service.asked) == 1, "a redirect would carry the text elsewhere"


async def test_a_service_that_is_busy_says_for_how_long(host: PluginHost, service: Completions, text: Path) -> None:
    service.status, service.headers = 429, {"Retry-After": "30"}
    with pytest.raises(ThrottledError) as caught:
        await told_of(host, text, "text/plain")
    assert caught.value.retry_after_s == 30


@pytest.mark.parametrize("raw", [b"", b"<html>", b"{}", b'{"choices": []}', b'{"choices": [{"message": 1}]}'])
async def test_an_answer_that_is_none_is_asked_for_again(
    host: PluginHost, service: Completions, text: Path, raw: bytes
) -> None:
    service.raw = raw
    with pytest.raises(PeerGarbledError):
        await told_of(host, text, "text/plain")


async def test_a_service_that_is_not_there_is_asked_later(plugin_host: MakeHost, text: Path) -> None:
    with serving() as gone:
        options: dict[str, JsonObject] = {"summary": {"endpoint": gone.url}}
    with pytest.raises(SourceUnavailableError):
        await told_of(plugin_host(plugin, options=options), text, "text/plain")


@pytest.mark.allow_log("plugin paused")
async def test_without_an_address_the_owner_is_asked(plugin_host: MakeHost, text: Path) -> None:
    with pytest.raises(OptionsError, match="endpoint must be an address"):
        await told_of(plugin_host(plugin), text, "text/plain")


async def test_the_key_is_in_no_line_of_the_log(service: Completions, text: Path, plugin_host: MakeHost) -> None:
    host = plugin_host(plugin, options={"summary": {"endpoint": service.url, "api_key": KEY}})
    with capture_logs() as lines:
        await told_of(host, text, "text/plain")
        service.status = 401
        with pytest.raises(AccessRefusedError):
            await told_of(host, text, "text/plain")
    assert KEY not in repr(lines)
    assert KEY not in repr(host.loading.loaded[0].options)


def test_it_is_off_until_somebody_enables_it() -> None:
    assert plugin.PLUGIN.default_enabled is False


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Just words.", {"summary": "Just words."}),
        ('```json\n{"summary": "S", "keywords": ["a", 1]}\n```', {"summary": "S", "keywords": ["a"]}),
        ('{"other": 1}', {"summary": '{"other": 1}'}),
        ("", {}),
    ],
)
def test_a_model_that_keeps_to_no_form_is_understood(said: str, told: JsonObject) -> None:
    assert facts_of(said) == told


@given(st.text())
def test_whatever_a_model_writes_can_be_stored(said: str) -> None:
    assert strangers(facts_of(said)) == []


def test_a_wait_that_is_no_number_is_left_to_us() -> None:
    assert [wait_asked(text) for text in ("5", "", "Fri, 31 Dec 2027 23:59:59 GMT", "-1")] == [5, None, None, None]
