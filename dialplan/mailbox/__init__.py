"""The mailbox by phone: who comes in, what is there, and hearing it under keys.

Flows alone: what is kept, and whose it is, `storage.listening` knows; how a sound is played,
`telephony`. Leaving a message is `dialplan.voicemail`.
"""

__all__ = ["visit"]
