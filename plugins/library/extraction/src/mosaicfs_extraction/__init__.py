"""From a file to its text, in a process of its own: a broken document harms nobody but its own extraction."""
