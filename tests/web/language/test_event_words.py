"""What can be told has words, in both languages."""

from __future__ import annotations

import re
from typing import get_args

from storage.notifications.delivery import DIGEST, MORE, UNHEARD
from storage.notifications.happenings import EVENTS as OF_NEWS
from storage.notifications.own_address import CONFIRM
from storage.office.notify import Event
from web.language.event_words import events_in_words


def test_each_event_has_words_in_both_languages() -> None:
    english, russian = events_in_words("en"), events_in_words("ru")
    assert set(get_args(Event)) == set(OF_NEWS.values())
    assert set(english) == set(russian) == {*get_args(Event), CONFIRM, UNHEARD, DIGEST, MORE}
    assert all(re.search("[а-яё]", words) for words in russian.values())
    assert len(set(russian.values())) == len(russian)
