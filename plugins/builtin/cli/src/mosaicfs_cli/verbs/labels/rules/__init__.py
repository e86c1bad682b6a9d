"""Rules that give labels to all files below a path."""
