"""The kernel's FUSE protocol, spoken on `/dev/fuse`: messages, the mounting, and the line they travel on."""
