"""What the commands say of themselves: the reference, the man page and completion are printed from it."""
