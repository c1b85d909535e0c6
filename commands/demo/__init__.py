"""`make demo`: the service on a private Asterisk, called by people on real SIP phones.

Nothing that the service needs may come in here: it is run as anybody runs it.
"""
