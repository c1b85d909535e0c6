"""The words of the pages, and every sentence that says what is wrong, in English and Russian.

Here stand tables and what reads them. What asks storage or knows a visitor may not come in.
"""

__all__ = [
    "action_forms",
    "action_words",
    "answer_words",
    "audit_words",
    "event_words",
    "places",
    "problems",
    "target_words",
    "telling",
    "texts",
    "timezones",
    "words",
]
