"""What a machine that has joined answers by itself, from its replica, to its owner alone."""
