"""Messages are found as people write names and numbers, on each database and by each way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from storage.actor import Scope
from storage.messages.repository import Query
from tests.storage.conftest import ANNA, COMPANY, Store

ROMASHKA = replace(ANNA, addressee_name="ООО «Ромашка-Плюс»", addressee_number="103", numbers=())
OURS = Scope(company_id=COMPANY.company_id)


@pytest.fixture(params=["looked through", "by the index"], autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(
        "storage.messages.search.find.FEW", 3_000 if request.param == "looked through" else -1
    )
    yield


def test_callers_and_addressees(store: Store) -> None:
    messages = {
        "russian": store.receive(caller="89161112266", name="О’Нил"),
        "british": store.receive(caller="+442079460958", name="Jürgen Müller"),
        "belarusian": store.receive(caller="+375291234567", name="Cepгeй"),  # Latin C, e, p
        "turkish": store.receive(caller="", name="İstanbul Йошкар-Ола"),
        "withheld": store.receive(caller="Restricted"),
        "plus": store.receive(ROMASHKA, caller="102"),
    }
    names = {message_id: name for name, message_id in messages.items()}
    for query, wanted in (
        ("8\u2011916\u2011111\u201122\u201166", ["russian"]),
        ("\u202a+7 (916) 111–22–66\u202c", ["russian"]),
        ("тел. 8/916/111-22-66 доб. 12", ["russian"]),
        ("tel:+79161112266", ["russian"]),
        ("о'нил", ["russian"]),
        ("020 7946 0958", ["british"]),
        ("+44 (0)20 7946 0958", ["british"]),
        ("0044 20 7946 0958", ["british"]),
        ("810 44 20 7946 0958", ["british"]),
        ("muller", ["british"]),
        ("8 029 123-45-67", ["belarusian"]),
        ("сергей", ["belarusian"]),
        ("istanbul", ["turkish"]),
        ("йошкар\u2011ола", ["turkish"]),
        ("йошкар ола", ["turkish"]),
        ("номер скрыт", ["withheld", "turkish"]),
        ("Number withheld", ["withheld", "turkish"]),
        ('"Ромашка-Плюс"', ["plus"]),
        ("ромашка плюс", ["plus"]),
        ("OOO ромашка", ["plus"]),  # with a Latin OOO
    ):
        page = store.messages.list(Query(scope=OURS, search=query))
        assert [names[message.id] for message in page.messages] == wanted, query
        assert store.messages.count(Query(scope=OURS, search=query)) == len(wanted)
