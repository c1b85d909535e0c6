"""What can be wrong with the settings of an installation."""

from __future__ import annotations

from typing import Final

SETTINGS: Final = {
    "no-ari-password": "asterisk.password is not set, and no sandbox has made one in this home",
    "not-a-bucket": "an object store is s3://BUCKET or s3://BUCKET/PREFIX",
    "not-a-database-url": "not the URL of a SQLite or PostgreSQL database",
    "not-a-host-to-allow": (
        "“{text}” is no host: names, addresses and networks are allowed, parted by commas, "
        "such as crm.example.com, 192.0.2.5, 10.20.0.0/16"
    ),
    "not-a-secret": "a secret is 16 to 200 letters, digits and . + / = ~ - _",
    "not-listening": "{host}:{port} cannot be listened to: {reason}",
    "not-an-audio-url": (
        "audio is kept in a folder, a file:// or an s3:// URL, not in {scheme}://"
    ),
    "not-a-mail-url": (
        "the mail server is smtp://user:password@host:port or smtps://…, "
        "with ?starttls=required, optional or never"
    ),
    "not-a-telegram-url": (
        "Telegram's Bot API is http://HOST:PORT or https://HOST, perhaps with a path"
    ),
    "not-an-endpoint-url": "the endpoint is http://HOST:PORT or https://HOST",
    "rtp-range-empty": "rtp_end must be above rtp_start",
    "settings-unreadable": "{path} cannot be read: {reason}",
    "unknown-setting": "there is no such setting (in {path} or the environment)",
    "variable-unreadable": "a VOICEPOST_ variable cannot be read: {reason}",
}
