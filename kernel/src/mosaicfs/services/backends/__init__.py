"""Storage backends that this node hosts: polled, read through, and told of."""
