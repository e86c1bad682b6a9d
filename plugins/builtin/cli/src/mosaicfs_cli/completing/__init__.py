"""Completion in shells: what follows what is printed from the commands, names come from the socket."""
