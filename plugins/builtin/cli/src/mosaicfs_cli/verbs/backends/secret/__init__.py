"""Secrets of storage backends that a machine keeps by itself."""
