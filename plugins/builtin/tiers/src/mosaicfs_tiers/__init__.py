"""Places on this machine that can produce bytes."""
