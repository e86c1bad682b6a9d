"""Labels of files."""
