"""File systems of other nodes that a node has mounted."""
