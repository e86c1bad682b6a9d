"""What the attacks of the security page get at this door; their numbers are in the names."""

from collections.abc import Callable
from time import time

import httpcore
import pytest
import trio

from mosaicfs.identity.node_keys import NodeKeys
from mosaicfs.identity.signatures import CONTROL_PLANE, audience
from mosaicfs.model.entry import Entry
from plugins.builtin.transfer.tests.node import INSTANCE, LAPTOP, NAS, Asker, Nas, at, refused, taken, wire_json

pytestmark = pytest.mark.patient

CONTENT = b"annual report " * 1000
OTHER_INSTANCE = "0194f3c2-7a10-7c3e-9b55-000000000000"


@pytest.fixture
async def entry(nas: Nas) -> Entry:
    return await nas.put(CONTENT)


async def test_the_control_plane_is_known_by_the_key_that_was_handed_over(nas: Nas, entry: Entry) -> None:
    assert (await Asker(nas, CONTROL_PLANE).ask(at(entry))).body == CONTENT


async def test_who_shows_nothing_gets_nothing_but_a_sign_of_life(asker: Asker, entry: Entry) -> None:
    assert [(await asker.ask(path, authorization="")).status for path in (at(entry), "/health", "/other")] == [401] * 3
    live = await asker.ask("/health/live", authorization="")
    assert (live.status, live.body) == (200, b"{}")
    assert (await asker.ask("/health")).status == 200


async def test_attack_1_the_same_request_twice_is_replayed(asker: Asker, entry: Entry) -> None:
    signed = asker.signed(at(entry))
    first = await asker.ask(at(entry), authorization=signed)
    second = await asker.ask(at(entry), authorization=signed)
    assert (first.status, second.status, second.code) == (200, 401, "replayed")


async def test_attack_1_a_restart_between_opens_no_window(nas: Nas, asker: Asker, entry: Entry) -> None:
    signed = asker.signed(at(entry))
    assert (await asker.ask(at(entry), authorization=signed)).status == 200
    await nas.stop()
    await nas.start()
    assert (await asker.ask(at(entry), authorization=signed)).code == "replayed"


@pytest.mark.parametrize(("skew_s", "code"), [(-302, "clock_skew"), (302, "clock_skew"), (-298, ""), (298, "")])
async def test_attack_2_times_around_the_border(nas: Nas, entry: Entry, skew_s: int, code: str) -> None:
    reply = await Asker(nas, clock=lambda: time() + skew_s).ask(at(entry))
    assert reply.status == (401 if code else 200)
    assert not code or (reply.code == code and "server_time" in wire_json(reply.body)["error"]["detail"])


ALTERED: dict[str, Callable[[str], str]] = {
    "timestamp": lambda text: text.replace("Timestamp=20", "Timestamp=19"),
    "nonce": lambda text: text.replace("Nonce=", "Nonce=A", 1).replace(text[text.index("Nonce=") + 27], "", 1),
    "signer": lambda text: text.replace(LAPTOP, NAS),
    "signature": lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"),
    "unknown signer": lambda text: text.replace(LAPTOP, "node-nobody"),
}


@pytest.mark.parametrize("what", [name for name in ALTERED if name != "nonce"])
async def test_attack_3_a_changed_header_fits_no_more(asker: Asker, entry: Entry, what: str) -> None:
    reply = await asker.ask(at(entry), authorization=ALTERED[what](asker.signed(at(entry))))
    assert (reply.status, reply.code) == (401, "unauthorized")


async def test_attack_3_another_nonce_method_path_or_query_fits_no_more(asker: Asker, entry: Entry, nas: Nas) -> None:
    other = await nas.put(b"another", "other.txt")
    signed = asker.signed(at(entry))
    nonce = signed[signed.index("Nonce=") + 6 :][:22]
    changed = signed.replace(nonce, "A" * 21 + "A")
    assert (await asker.ask(at(entry), authorization=changed)).code == "unauthorized"
    assert (await asker.ask(at(other), authorization=asker.signed(at(entry)))).code == "unauthorized"
    assert (await asker.ask(f"{at(entry)}?a=1", authorization=asker.signed(at(entry)))).code == "unauthorized"
    assert (await asker.ask(at(entry), method="HEAD", authorization=asker.signed(at(entry)))).status == 401


@pytest.mark.parametrize("who", [audience(INSTANCE, "node-other"), audience(INSTANCE), audience(OTHER_INSTANCE, NAS)])
async def test_attack_4_what_was_signed_for_another_means_nothing_here(asker: Asker, entry: Entry, who: str) -> None:
    reply = await asker.ask(at(entry), authorization=asker.signed(at(entry), who=who))
    assert (reply.status, reply.code) == (401, "unauthorized")


async def test_attack_5_other_spellings_of_a_path_are_other_paths(asker: Asker, entry: Entry) -> None:
    uuid = entry.file_id.removeprefix("file::")
    plain = at(entry)
    for odd in (
        f"/api//agent/transfer/{uuid}",
        f"/api/agent/transfer/../transfer/{uuid}",
        f"/api/agent/transfer/{uuid}/",
        f"/api/agent/transfer/{uuid[:-1]}%{ord(uuid[-1]):02x}",
        f"/health/../api/agent/transfer/{uuid}",
        "/health/live/../../api/agent/transfer/" + uuid,
    ):
        assert (await asker.ask(odd, authorization=asker.signed(plain))).code == "unauthorized"
        assert (await asker.ask(odd, authorization="")).code == "unauthorized"
        assert (await asker.ask(odd)).code == "not_found"


async def test_attack_6_a_body_that_was_not_signed_has_no_effect(nas: Nas, asker: Asker, entry: Entry) -> None:
    signed = asker.signed(at(entry), body=b"signed")
    for body in (b"", b"signe", b"signed!", b"others"):
        reply = await asker.ask(at(entry), body=body, authorization=asker.signed(at(entry), body=b"signed"))
        assert (reply.status, reply.code) == (401, "unauthorized")
    assert nas.tier.opened == 0
    assert (await asker.ask(at(entry), body=b"signed", authorization=signed)).status == 200


async def test_attack_6_an_endless_body_is_not_taken(asker: Asker, entry: Entry) -> None:
    reply = await asker.ask(at(entry), body=bytes(200_000))
    assert (reply.status, reply.code) == (413, "too_large")


async def test_attack_13_a_node_that_was_disabled_is_refused_at_once(nas: Nas, asker: Asker, entry: Entry) -> None:
    assert (await asker.ask(at(entry))).status == 200
    await nas.node(LAPTOP, nas.laptop.public_key, status="disabled")
    await refused(asker, at(entry))


async def test_attack_13_a_transfer_that_runs_ends_with_the_rights_of_its_caller(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(bytes(64 << 20))
    headers = asker.headers(asker.signed(at(entry)), None)
    async with asker.pool() as pool, pool.stream("GET", asker.url(at(entry)), headers=headers) as response:
        pieces = response.aiter_stream()
        await anext(pieces)
        await nas.node(LAPTOP, nas.laptop.public_key, status="disabled")
        await trio.sleep(0.3)
        with trio.fail_after(30), pytest.raises((httpcore.NetworkError, httpcore.ProtocolError)):
            await taken(pieces)


async def test_attack_13_a_key_that_was_replaced_signs_nothing_any_more(nas: Nas, asker: Asker, entry: Entry) -> None:
    await nas.node(LAPTOP, NodeKeys.new().public_key)
    await refused(asker, at(entry))


async def test_attack_22_a_foreign_name_or_a_web_page_is_refused(asker: Asker, entry: Entry) -> None:
    assert (await asker.ask(at(entry), {"Origin": "https://evil.example"})).code == "origin_refused"
    reply = await asker.ask("/health/live", {"Host": "evil.example"}, authorization="")
    assert (reply.status, reply.code) == (421, "misdirected")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_nothing_here_changes_anything(asker: Asker, entry: Entry, method: str) -> None:
    assert (await asker.ask(at(entry), method=method)).code == "not_supported"


async def test_guesses_are_stopped_after_a_minutes_worth(asker: Asker, entry: Entry) -> None:
    codes = [(await asker.ask(at(entry), authorization="")).status for _ in range(61)]
    assert codes == [401] * 60 + [429]
