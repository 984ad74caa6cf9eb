"""Frozen nouns: what the migration is, what was seen, what may be done, what happened.

Values only: nothing here asks, waits, reads a clock or knows an SDK. Names carry their units (`ttl_s`); instants are
seconds UTC. Structs are `msgspec.Struct(frozen=True)`, which import in half the time of dataclasses.
"""
