"""`mosaicfs server keys …`: the keys of the control plane, taken to another place and back."""
