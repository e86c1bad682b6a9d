"""A process of somebody else's that answers at a Unix socket, line by line."""
