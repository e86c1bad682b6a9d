"""A few sentences about a text, written by a language model that the owner chose."""
