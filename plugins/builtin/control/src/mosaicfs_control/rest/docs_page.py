"""The API on one page for people, written from its description: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby
from typing import Any, Final

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_ACCESS: Final[Mapping[str, str]] = {
    "public": "anybody",
    "read": "who may read",
    "full": "who may change",
    "node": "a node",
}
_HEAD: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>The API of MosaicFS</title>
<style>
:root { color-scheme: light dark }
body { font: 14px/20px system-ui, sans-serif; margin: 32px auto; max-width: 960px; padding: 0 24px }
h1 { font-size: 28px; line-height: 36px } h2 { font-size: 20px; margin: 32px 0 8px }
summary { cursor: pointer; padding: 4px 0 } code { font-size: 13px } .method { display: inline-block; width: 64px }
.muted { opacity: .7 } table { border-collapse: collapse; margin: 8px 0 16px 16px }
td { border-top: 1px solid #8884; padding: 4px 16px 4px 0; vertical-align: top }
</style>
<h1>The API of MosaicFS</h1>
<p>Every call, with who may make it and what it takes. Programs read the same at
<a href="/api/openapi.json">/api/openapi.json</a>, with the shapes of bodies and answers.</p>
"""


def docs_page(document: Mapping[str, Any]) -> str:
    return _HEAD + "".join(_sections(document["paths"])) + "</html>\n"


def _sections(paths: Mapping[str, Any]) -> Iterator[str]:
    for part, found in groupby(sorted(paths), key=lambda path: path.split("/")[2]):
        yield f"<h2>{escape(part)}</h2>\n"
        for path in found:
            yield from (_call(method, path, told) for method, told in paths[path].items() if method != "head")


def _call(method: str, path: str, told: Mapping[str, Any]) -> str:
    rows = "".join(_row(each) for each in told["parameters"])
    body = told.get("requestBody")
    rows += _row({"name": "body", "in": _shape_of(body), "description": "A JSON object."}) if body else ""
    codes = ", ".join(f"{status}: {escape(answer['description'])}" for status, answer in told["responses"].items())
    return (
        f'<details><summary><code><span class="method">{escape(method.upper())}</span>{escape(path)}</code> '
        f"{escape(told['summary'])}</summary>\n"
        f"<table><tr><td>asked by<td colspan=2>{_ACCESS[told['x-mosaicfs-access']]}{rows}"
        f'<tr><td>answers<td colspan=2 class="muted">{codes}</table></details>\n'
    )


def _row(parameter: Mapping[str, Any]) -> str:
    name, place, text = (escape(str(parameter[each])) for each in ("name", "in", "description"))
    return f'<tr><td><code>{name}</code><td class="muted">{place}<td>{text}'


def _shape_of(body: Mapping[str, Any]) -> str:
    reference = body["content"]["application/json"]["schema"].get("$ref", "")
    return str(reference).rpartition("/")[2] or "object"
