"""What survives us on this machine: the journal, the lock, and where both live.

state     which directory, which migrations are in it
mounts    whether a directory is on a network
journal   append-only lines, each durable before the next thing happens
lock      one `apply` at a time
host      who this machine is, boot and all
"""
