"""From a file to its bytes: which tier serves, and what happens when it fails. Knows no rules of the tree."""
