"""Verbs about plugins."""
