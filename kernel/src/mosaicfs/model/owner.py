"""The `source` of documents that are about a file: the node that wrote them."""

from __future__ import annotations

from mosaicfs.model.noun import Noun


class Owner(Noun, frozen=True, kw_only=True):
    """`control_plane` where the control plane itself wrote."""

    node_id: str
