"""Pages of `docs/` that are printed from code, so that they cannot lie."""
