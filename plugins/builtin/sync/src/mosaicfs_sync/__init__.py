"""Replication as a journey, a benchmark or a one-shot copy starts it: two peers and a plan."""

from mosaicfs_sync.carrier import HttpPeer, http_peer
from mosaicfs_sync.carrying import carry, replicate
from mosaicfs_sync.local import LocalPeer
from mosaicfs_sync.peers import Peer

__all__ = ["HttpPeer", "LocalPeer", "Peer", "carry", "http_peer", "replicate"]
