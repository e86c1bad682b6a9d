"""The documents of a control plane in a real CouchDB, for one that outgrows a single machine."""
