"""What the owner should know of."""
