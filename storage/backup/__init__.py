"""Backups: everything a home has, in one file, and back."""
