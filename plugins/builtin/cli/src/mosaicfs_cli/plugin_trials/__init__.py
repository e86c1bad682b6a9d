"""What `mosaicfs plugins check` and `plugins install` look at before a plugin is trusted."""
