"""Whole plugins to read, copy and change; each is run by a test."""
