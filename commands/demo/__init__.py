"""`make demo`: the service on a private Asterisk, called by people on real SIP phones."""
