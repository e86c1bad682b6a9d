"""Schemathesis walks the OpenAPI document of a real server, as the owner's script and as nobody: what it sends may be
refused, and every answer is one that the document announces.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Err
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.journeys.conftest import in_full
from tests.journeys.hostile import PATIENCE_S, Scene, address

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
WAITS = ("timeout_s", "wait_s")
TOO_LONG, LONGEST = 431, 30_000
"""A head of more than 32 KiB is no request to the API: the connection itself refuses it."""
SIGNS_OUT = "/api/auth/logout"

Case: TypeAlias = "schemathesis.Case[Any]"
Call: TypeAlias = "Callable[[Case], Response]"


class From(HTTPAdapter):
    """From an address that nobody has called from before, so that no limit hides an answer."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, source_address=(address(), 0), **options)


class Walk:
    """Over the whole document, with names of things that are there in half of the paths."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._document = scene.owner.get("/api/openapi.json").json()
        self._key = scene.key()
        self._logins = itertools.cycle([f"Bearer {scene.login(scene.key())['token']}" for _ in range(4)])
        self._there = _things(scene)
        self.answered: set[int] = set()
        self.troubles: dict[str, str] = {}

    def as_script(self, case: Case) -> Response:
        if case.path == SIGNS_OUT:
            return self._send(case, f"Bearer {self._scene.login(self._key)['token']}")
        return self._send(case, next(self._logins))

    def as_nobody(self, case: Case) -> Response:
        return self._send(case, None)

    def run(self, call: Call, examples: int) -> None:
        schema = schemathesis.openapi.from_dict(self._document)
        schema.config.update(base_url=self._scene.url)
        for result in schema.get_all_operations():
            assert not isinstance(result, Err), result
            operation = result.ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                if mode is GenerationMode.POSITIVE or (operation.method != "head" and _can_be_wrong(operation)):
                    self._try(operation.label, operation.as_strategy(generation_mode=mode), call, examples)

    def _try(self, label: str, cases: st.SearchStrategy[Case], call: Call, examples: int) -> None:
        @given(cases, st.booleans())
        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def each(case: Case, is_there: bool) -> None:
            if is_there:
                self._name_things(case)
            if case.query and any(name in case.query for name in WAITS):
                case.query = {**case.query, **{name: 0 for name in WAITS if name in case.query}}
            self._judge(label, case, call(case), is_changed=is_there)

        each()

    def _name_things(self, case: Case) -> None:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = self._there.get(name, case.path_parameters[name])

    def _judge(self, label: str, case: Case, answer: Response, *, is_changed: bool) -> None:
        if answer.status_code == TOO_LONG and len(str(answer.request.url)) > LONGEST:
            return
        self.answered.add(answer.status_code)
        # What was made wrong may be right again once a name or a wait was put in.
        checks = [check for check in CHECKS if not (is_changed and check is negative_data_rejection)]
        try:
            case.validate_response(answer, checks=checks)
        except BaseExceptionGroup as group:
            told = [text for each in group.exceptions if not _is_right_once_sent(text := str(each))]
            if told:
                self.troubles.setdefault(f"{label} {answer.status_code}", "\n".join(told))

    def _send(self, case: Case, authorization: str | None) -> Response:
        headers = {} if authorization is None else {"authorization": authorization}
        with requests.Session() as session:
            session.trust_env = False
            session.mount("http://", From())
            return case.call(session=session, headers=headers, timeout=PATIENCE_S)


def _is_right_once_sent(trouble: str) -> bool:
    """A query has no types: a number where a text belongs is a text once it is sent, and one text is a list of one."""
    faults = re.findall(r"^  - violates `(\w+)`", trouble, re.MULTILINE)
    return " in query" in trouble and bool(faults) and set(faults) <= {"type", "anyOf"}


def _can_be_wrong(operation: Any) -> bool:
    """Without parameters and a body there is nothing to say wrongly."""
    return bool(operation.body or operation.query or operation.path_parameters or operation.headers)


def _things(scene: Scene) -> dict[str, str]:
    """What the names in paths may stand for."""
    owner: httpx.Client = scene.owner
    job = owner.post("/api/system/reindex", json={}).json()
    node_id, _ = scene.node()
    scene.machine.until(lambda: scene.machine.found("report"), "finding the file")
    file = owner.get("/api/files", params={"q": "report"}).json()["items"][0]
    return {
        "node_id": node_id,
        "file_id": file["file_id"],
        "key_id": scene.key("read").id,
        "job_id": job["job_id"],
        "path": "nodes",
        "notification_id": f"control_plane::new_node_registered:{node_id}",
    }


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with ExitStack() as stack:
        scene = Scene(Path(tmp_path_factory.mktemp("walk")), stack)
        (scene.machine.files / "report.txt").write_text("x")
        yield Walk(scene)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("who", "examples"), [("as_script", 3), ("as_nobody", 1)], ids=["as_script", "as_nobody"])
def test_every_answer_is_one_that_the_document_announces(who: str, examples: int, walk: Walk) -> None:
    walk.answered.clear()
    walk.troubles.clear()
    walk.run(getattr(walk, who), 200 if in_full() else examples)
    assert walk.troubles == {}
    assert walk.answered > ({200, 404, 422} if who == "as_script" else {200, 401}), "or the walk did not get far"
