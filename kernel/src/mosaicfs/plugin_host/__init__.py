"""How plugins are found, asked and judged. Importing this imports no plugin; `host.load_plugins` does."""
