"""The node that owns a file, asked over the network."""
