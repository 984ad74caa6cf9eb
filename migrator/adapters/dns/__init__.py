"""Names through dnspython, asked directly of one server at a time, and probes over plain sockets."""
