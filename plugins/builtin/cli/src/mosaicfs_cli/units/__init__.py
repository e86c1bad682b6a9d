"""MosaicFS as a service of systemd: what the unit says, where it lies, and how it is put there."""
