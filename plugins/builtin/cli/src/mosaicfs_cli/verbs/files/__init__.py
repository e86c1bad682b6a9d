"""Files of all nodes, as the API knows them."""
