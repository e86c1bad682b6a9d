"""Proofs of who somebody is: access keys, signatures, keys of nodes, certificates. Nothing here stores documents."""
