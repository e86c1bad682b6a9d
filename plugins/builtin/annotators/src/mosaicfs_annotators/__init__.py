"""Facts about files that ship with MosaicFS."""
