"""What nodes keep offline."""
