"""Commands of the command line, and the processes of the service: here rooms are wired.

A click command is a module of its own; what serves several is in a room below.
"""
