"""Questions for the plugins of all nodes: who is asked, over which line, and what of the answers is shown."""
