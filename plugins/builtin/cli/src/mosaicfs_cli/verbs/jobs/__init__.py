"""Long work, which goes on whether somebody watches or not."""
