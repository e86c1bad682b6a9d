"""What plugins say of files."""
