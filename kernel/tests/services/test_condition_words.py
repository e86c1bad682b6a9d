"""What becomes of the words and actions that a notice brings along."""

import pytest

from mosaicfs.model.notification import Remedy
from mosaicfs.services.condition_words import allowed_actions, is_plugin_key, message_text, title_text


def test_control_characters_are_taken_out_and_long_texts_cut() -> None:
    assert title_text("Disk\x1b[31m nearly\nfull\x00") == "Disk[31m nearly full"
    assert message_text("two\nlines\x07") == "two\nlines"
    assert title_text("x" * 200) == "x" * 119 + "…"
    assert len(message_text("x" * 9_999)) == 4_000
    assert message_text("\ud800 café") == " café"


@pytest.mark.parametrize(
    "action",
    [
        Remedy(label="both", api="POST /api/nodes/a/sync", page="/nodes/a"),
        Remedy(label="neither"),
        Remedy(label="elsewhere", page="https://example.org/"),
        Remedy(label="elsewhere", page="//example.org/"),
        Remedy(label="elsewhere", page="/\\example.org/"),
        Remedy(label="up", page="/nodes/../settings"),
        Remedy(label="odd", api="POST https://example.org/api/x"),
        Remedy(label="odd", api="BREW /api/coffee"),
    ],
)
def test_an_action_that_is_none_is_left_out(action: Remedy) -> None:
    assert allowed_actions([action], "node-attic") == ()


def test_at_most_five_actions_stay_with_short_labels() -> None:
    kept = allowed_actions([Remedy(label="x" * 99, page="/nodes")] * 9, "node-attic")
    assert len(kept) == 5
    assert len(kept[0].label) == 40


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        (Remedy(label="sync", api="POST /api/nodes/node-attic/plugins/exif/sync"), True),
        (Remedy(label="show", page="/nodes/node-attic/plugins/exif"), True),
        (Remedy(label="of another", api="POST /api/nodes/node-attic/plugins/ocr/sync"), False),
        (Remedy(label="elsewhere", api="POST /api/nodes/node-nas/plugins/exif/sync"), False),
        (Remedy(label="of another node", page="/nodes/node-attic-2/plugins"), False),
        (Remedy(label="settings", page="/settings"), False),
    ],
)
def test_a_plugin_offers_only_what_is_its_own(action: Remedy, allowed: bool) -> None:
    assert bool(allowed_actions([action], "node-attic", "exif")) is allowed


def test_keys_of_plugins_are_plain() -> None:
    assert is_plugin_key("index_lag:2026-02")
    assert not is_plugin_key("Index lag")
    assert not is_plugin_key("")
    assert not is_plugin_key("x" * 129)
