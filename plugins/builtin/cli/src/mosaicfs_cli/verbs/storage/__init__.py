"""How full the disks of all nodes are."""
