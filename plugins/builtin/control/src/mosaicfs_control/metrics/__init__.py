"""`GET /metrics`: what a Prometheus server reads of this instance."""
