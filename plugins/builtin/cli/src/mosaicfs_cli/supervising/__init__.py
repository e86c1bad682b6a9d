"""One supervisor, its duties as children: what `mosaicfs up` is while it runs."""
