"""What a listener is told, made of Asterisk's bundled sounds: numbers, counts, times, callers.

Pure functions of values to names of sounds, in right English, and in right Russian as far as the
Russian set has the words. What is played when, and to whom, may not come in here.
"""

from dialplan.saying.callers import caller, phone_number
from dialplan.saying.counts import messages, position
from dialplan.saying.moments import when
from dialplan.saying.numbers import Sounds, digits, number
from dialplan.saying.spans import duration, wait

__all__ = [
    "Sounds",
    "caller",
    "digits",
    "duration",
    "messages",
    "number",
    "phone_number",
    "position",
    "wait",
    "when",
]
