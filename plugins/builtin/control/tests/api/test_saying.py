"""What is said of bytes that others named and typed; numbers as in the page on security, section 16."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.entry import Entry
from mosaicfs_control.file_bytes.saying import HARMLESS, POLICY, content_disposition, media_type, said_of
from plugins.builtin.control.tests.api.seeds import Put, file, file_id
from plugins.builtin.control.tests.api.shelf import Shelf


def entry(name: str = "a.bin", mime_type: str | None = None, mtime: str = "2026-01-15T14:30:00.123456Z") -> Entry:
    return Entry(
        file_id="file::1", node_id="n", export_path=f"/{name}", name=name, size=1, mtime=mtime, mime_type=mime_type
    )


@given(st.text() | st.text("\r\n\"'\\;%\x1b[31m<script>\u202e\u2028/\udcff"))
def test_attack_25_no_name_ends_a_header_or_turns_the_writing(name: str) -> None:
    said = content_disposition(entry(name), None)
    assert said.isascii()
    assert said.isprintable()
    plain, encoded = said.removeprefix("attachment; ").split("; ")[0], said.rpartition("filename*=UTF-8''")[2]
    assert plain.startswith('filename="')
    assert plain.count('"') + plain.count("\\") <= 2 or ";" in name
    shown = unquote(encoded)
    assert shown
    assert not set(shown) & set("\r\n\x1b\u202e\u2028/\\\x00")


def test_attack_25_a_name_is_told_as_it_is_where_it_harms_nobody() -> None:
    said = content_disposition(entry('Zürich "2026" 100%.pdf'), None)
    assert said == (
        "attachment; filename=\"Z_rich _2026_ 100_.pdf\"; filename*=UTF-8''Z%C3%BCrich%20%222026%22%20100%25.pdf"
    )


@pytest.mark.parametrize(
    ("mime_type", "label", "shown"),
    [
        ("text/html", HARMLESS, False),
        ("TEXT/HTML; charset=utf-7", HARMLESS, False),
        ("application/xhtml+xml", HARMLESS, False),
        ("application/xml", HARMLESS, False),
        ("application/rss+xml", HARMLESS, False),
        ("text/javascript", HARMLESS, False),
        ("multipart/x-mixed-replace", HARMLESS, False),
        ("application/pdf", "application/pdf", False),
        ("text/plain", "text/plain", False),
        ("image/svg+xml", "image/svg+xml", True),
        ("image/png", "image/png", True),
        ("audio/flac", "audio/flac", True),
        ("video/mp4", "video/mp4", True),
        (None, "application/octet-stream", False),
        ("image/png\r\nset-cookie: a=b", "application/octet-stream", False),
        ("image", "application/octet-stream", False),
        ("image/\u202egnp", "application/octet-stream", False),
    ],
)
def test_attack_24_what_a_browser_would_run_is_plain_text_and_saved(
    mime_type: str | None, label: str, shown: bool
) -> None:
    found = entry(mime_type=mime_type)
    assert media_type(found, "inline") == media_type(found, None) == label
    assert content_disposition(found, "inline").startswith("inline" if shown else "attachment")
    assert content_disposition(found, None).startswith("attachment")
    assert content_disposition(found, "attachment").startswith("attachment")


def test_what_is_asked_for_to_be_saved_keeps_its_type() -> None:
    assert media_type(entry(mime_type="text/html"), "attachment") == "text/html"


@pytest.mark.parametrize("mtime", ["9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z"])
def test_any_time_of_a_file_becomes_one_that_http_knows(mtime: str) -> None:
    assert said_of(entry(mtime=mtime), '"t"', None)["last-modified"].endswith(" GMT")


@pytest.mark.parametrize("store", ["memory"], indirect=True)
async def test_attack_24_every_answer_about_bytes_is_put_into_a_sandbox(
    api: httpx.AsyncClient, instance: Any, put: Put
) -> None:
    page = b"<script>alert(1)</script>"
    await put({file_id(30): file("/home/ana/a\r\nb\x1b[31m.html", size=len(page), mime_type="text/html")})
    path = f"/api/files/{file_id(30)}/content"
    async with instance.kernel.content.serving([Shelf(contents={file_id(30): page})]):
        whole = await api.get(path, params={"disposition": "inline"})
        answers = [whole, await api.head(path), await api.get(path, headers={"range": "bytes=1-2"})]
        answers.append(await api.get(path, headers={"if-none-match": whole.headers["etag"]}))
    assert [answer.status_code for answer in answers] == [200, 200, 206, 304]
    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == HARMLESS
        assert answer.headers["content-disposition"].startswith('attachment; filename="ab[31m.html"')
        assert answer.headers["cache-control"] == "private, no-cache"
