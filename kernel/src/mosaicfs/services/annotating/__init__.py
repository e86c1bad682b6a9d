"""Bringing events to plugins: a durable queue between the feed of changes and whoever wants to hear of them."""
