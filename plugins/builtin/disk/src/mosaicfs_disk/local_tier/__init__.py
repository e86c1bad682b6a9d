"""The bytes of files that lie on this machine, for whoever reads: which of them are served, and how they are opened."""
