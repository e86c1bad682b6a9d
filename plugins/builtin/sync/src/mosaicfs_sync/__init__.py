"""Replication over HTTP. Who needs a part of it takes it from its room: most duties load none of them."""
