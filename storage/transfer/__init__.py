"""Messages from Asterisk's own voicemail, and to folders and zips.

A home as a whole is taken away by `storage.backup`.
"""

__all__ = [
    "app_voicemail",
    "asterisk_import",
    "export",
    "file_names",
    "manifest",
    "zip_stream",
]
