"""Decides and tells: watches, stories, routing, messages, delivery. Never imports crawler or wirewatch."""
