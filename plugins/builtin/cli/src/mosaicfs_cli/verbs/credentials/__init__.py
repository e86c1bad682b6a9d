"""Access keys, for people and scripts."""
