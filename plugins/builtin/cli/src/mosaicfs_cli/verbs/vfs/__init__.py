"""The tree of virtual directories."""
