"""Buckets of Amazon S3, of services that speak like it, and of Backblaze B2."""

__version__ = "0.1.0"
