"""The nouns: frozen, pure, without await. One file a noun."""
