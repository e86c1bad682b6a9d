"""The command line of MosaicFS."""
