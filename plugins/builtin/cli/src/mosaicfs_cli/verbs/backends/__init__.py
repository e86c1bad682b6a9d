"""Places outside the nodes that files come from or go to."""
