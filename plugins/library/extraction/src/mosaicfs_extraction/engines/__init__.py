"""What search engines share besides: how a question is read, and one commit for many files."""
