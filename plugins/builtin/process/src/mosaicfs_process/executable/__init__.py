"""One process for a job: an envelope on stdin, one object on stdout, and an exit code."""
