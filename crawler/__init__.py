"""Gathers: a source in, entries out; a page in, its text out. Never imports alerts or wirewatch."""
