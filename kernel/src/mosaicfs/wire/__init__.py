"""Between JSON and the model: once, for the store, the API, replication and plugins in other processes.

`canonical` is the one form of JSON that bodies are kept in; `decode` and `encode` turn bodies into nouns and back;
`document_from_json` and `document_to_json` speak the form with `_id` and `_rev` that peers send.
"""

from mosaicfs.wire.documents import document_from_json, document_from_ours, document_to_json
from mosaicfs.wire.json_text import canonical, canonical_text
from mosaicfs.wire.nouns import decode, decode_as, encode, noun_in

__all__ = [
    "canonical",
    "canonical_text",
    "decode",
    "decode_as",
    "document_from_json",
    "document_from_ours",
    "document_to_json",
    "encode",
    "noun_in",
]
