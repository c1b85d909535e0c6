"""What lasts: settings, companies, messages, audio. It knows neither calls nor Asterisk, and
no sentence that says what is wrong: that is told by codes (`storage.errors`).

The order of its rooms, and what each may import, stands in ``tests/test_architecture.py``.
"""
