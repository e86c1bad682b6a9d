"""Files that a stranger may have made to break a library are read in a process of their own."""
