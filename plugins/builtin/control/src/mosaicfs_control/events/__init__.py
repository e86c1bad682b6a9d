"""What has just happened, numbered for the whole instance, for pages and scripts that follow it."""
