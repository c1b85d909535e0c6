"""Asterisk's REST interface (ARI): the client, the router of its events, and a call over it."""
