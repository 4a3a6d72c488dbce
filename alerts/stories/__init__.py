"""Which articles are one event."""
