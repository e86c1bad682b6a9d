"""The machines of this instance."""
