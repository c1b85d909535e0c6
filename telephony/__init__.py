"""The telephone side: Asterisk, its channels and recordings, and nothing of menus or mailboxes."""
