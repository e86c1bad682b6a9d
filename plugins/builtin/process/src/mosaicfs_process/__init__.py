"""Plugins in any language: executables and sockets, joined to the same hooks as Python plugins."""
