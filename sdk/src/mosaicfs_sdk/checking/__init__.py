"""The conformance suites run over one plugin that is installed or lies in a folder, for `mosaicfs plugins check`."""
