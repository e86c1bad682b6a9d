"""The checks of `mosaicfs doctor`: each looks at one thing, changes nothing, and says how to put it right."""
