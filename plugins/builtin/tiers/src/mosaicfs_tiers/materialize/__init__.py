"""Files of storage backends, as the plugins that speak to their services produce them."""
