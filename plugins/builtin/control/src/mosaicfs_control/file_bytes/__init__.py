"""The bytes of files over HTTP: what is said of them, how they are sent, and their digests."""
