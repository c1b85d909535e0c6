"""Somebody who does things in tests, for the audit log."""

from storage.actor import Actor

ME = Actor(name="olga", via="cli")
