"""The configuration of one instance, put together from the places where its owner may have said something.

Defaults < what is shared by all nodes < the node's `config` < the node's `settings` < the configuration file of this
machine. Secrets are opened here and nowhere else; one that cannot be opened counts as not set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mosaicfs.errors import MosaicError
from mosaicfs.identity.key_files import KeyFiles
from mosaicfs.identity.node_keys import NODE_SEALING_KEY
from mosaicfs.identity.private_keys import sealing_key
from mosaicfs.identity.sealed_secrets import open_sealed, secret_place
from mosaicfs.model.ids import plugin_id, shared_plugin_id
from mosaicfs.model.json import Json, JsonObject
from mosaicfs.model.plugin import Plugin, SharedPlugin
from mosaicfs.model.secret import Secret
from mosaicfs.plugin_host.options import REDACTED

Unseal = Callable[[str, str], str]
"""A sealed value and what it is about, to the secret; an error of ours, or of the key file, where that is not ours."""

SEALED = "sealed"


class Given(NamedTuple):
    """`lacking` are secrets that were entered somewhere and are not readable here, `sealed` those that were opened."""

    config: dict[str, Json]
    lacking: tuple[str, ...]
    sealed: tuple[str, ...] = ()


def effective_config(document: Plugin, shared: SharedPlugin | None, own: JsonObject, unseal: Unseal) -> Given:
    """`own` is what the configuration file of this machine says. Without the defaults, which the schema knows."""
    node, name = document.node_id, document.plugin_name
    about_shared = shared_plugin_id(shared.plugin_name or name) if shared is not None else ""
    layers = [
        _opened(_of_node(shared.settings, node) if shared is not None else {}, about_shared, node, unseal),
        _opened(document.config, plugin_id(node, name), node, unseal),
        _opened(document.settings or {}, plugin_id(node, name), node, unseal),
        _opened(own, "", node, unseal),
    ]
    sealed = {key for place in _places(document, shared) for key, value in place.items() if _is_sealed(value, node)}
    config: dict[str, Json] = {}
    for layer in layers:
        config |= {key: value for key, value in layer.items() if value is not None or key not in config}
    return Given(
        {key: value for key, value in config.items() if value is not _LACKING},
        tuple(sorted(key for key, value in config.items() if value is _LACKING)),
        tuple(sorted(sealed)),
    )


def unsealing(keys_dir: Path) -> Unseal:
    """With the key of this node; it is read when there is something to open."""

    def unseal(sealed: str, about: str) -> str:
        return open_sealed(sealing_key(KeyFiles(keys_dir), NODE_SEALING_KEY), sealed, about)

    return unseal


def plain(options: Any) -> dict[str, Json]:
    """Options as a process is given them: complete, and with its secrets readable."""
    return {key: value.reveal() if isinstance(value, Secret) else value for key, value in options.items()}


def _places(document: Plugin, shared: SharedPlugin | None) -> list[JsonObject]:
    return [document.config, document.settings or {}, shared.settings if shared is not None else {}]


def _is_sealed(value: Json, node: str) -> bool:
    """For us, in a document of this node or in one that it shares."""
    own = _own_seal(value, node)
    return isinstance(own, Mapping) and SEALED in own


class _Lacking:
    """In place of a secret that cannot be read."""


_LACKING: Any = _Lacking()


def _of_node(settings: JsonObject, node: str) -> JsonObject:
    """Of a secret that is shared, each node has a seal of its own."""
    return {key: _own_seal(value, node) for key, value in settings.items()}


def _own_seal(value: Json, node: str) -> Json:
    """Another node's alone are no secret of ours at all, but one that should be there."""
    if not isinstance(value, Mapping) or SEALED in value:
        return value
    seals = [each for each in value.values() if isinstance(each, Mapping) and SEALED in each]
    return value.get(node, REDACTED) if seals and len(seals) == len(value) else value


def _opened(layer: JsonObject, doc_id: str, node: str, unseal: Unseal) -> dict[str, Json]:
    return {key: _open(value, secret_place(doc_id, key, node), unseal) for key, value in layer.items()}


def _open(value: Json, about: str, unseal: Unseal) -> Json:
    if value == REDACTED:
        lacking: Json = _LACKING
        return lacking
    sealed = value.get(SEALED) if isinstance(value, Mapping) else None
    if not isinstance(sealed, str):
        return value
    try:
        return unseal(sealed, about)
    except (MosaicError, OSError):
        return _open(REDACTED, about, unseal)
