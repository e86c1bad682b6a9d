"""The tree: what is shown where, computed from rules. So far the language in which people search."""
