"""Keeping offline: what the pins of this node are about is fetched, and stays."""
