"""Channels: each module is one way to bring a notice to a person."""

__version__ = "0.1.0"
