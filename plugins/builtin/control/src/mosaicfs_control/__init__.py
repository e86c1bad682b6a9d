"""The HTTP face of a control plane: for now the document store, as CouchDB's replication protocol wants it."""
