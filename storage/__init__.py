"""What lasts: settings, companies, messages, audio. It knows neither calls nor Asterisk, nor any
sentence: what is wrong is told by codes (`storage.errors`).

The order of its rooms, and what each may import, stands in ``tests/test_architecture.py``.
"""
