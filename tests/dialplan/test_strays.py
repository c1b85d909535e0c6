"""Calls to numbers that lead nowhere: a message for nobody, from who came by the trunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from dialplan.sounds import UNKNOWN_NUMBER
from dialplan.strays import StrayRules
from storage.actor import Scope
from storage.messages.query import Query
from storage.messages.repository import Message
from storage.office import parse_office
from tests.acting import ME
from tests.dialplan.house import ROMASHKA, VASILEK, House

NOBODYS = "70000000000"
REFUSED = [f"play {UNKNOWN_NUMBER}"]
Built = Callable[..., House]


@pytest.fixture
def built(tmp_path: Path) -> Iterator[Built]:
    """Builds a house of some companies, with the operator's rules."""
    with ExitStack() as houses:

        def build(*offices: str, **rules: object) -> House:
            house = houses.enter_context(closing(House(tmp_path, StrayRules(**rules))))  # type: ignore[arg-type]
            for office in offices:
                house.offices.apply(parse_office(office), by=ME)
            return house

        yield build


def unassigned(house: House) -> list[Message]:
    return list(house.messages.list(Query(box="unassigned")).messages)


async def test_who_comes_by_the_trunk_leaves_a_message_that_is_nobodys(built: Built) -> None:
    house = built(ROMASHKA)
    steps = await house.take("call", NOBODYS, caller="79161112233")
    assert steps[:2] == ["answer (ru)", "play vm-intro"]
    (message,) = unassigned(house)
    assert (message.dialled, message.addressee_number) == (NOBODYS, NOBODYS)
    assert (message.caller_number, message.source) == ("79161112233", "ari")
    assert str(message.received_at.tzinfo) == "Europe/Moscow"


async def test_administrators_see_it_where_theirs_is_the_only_company(built: Built) -> None:
    house = built(ROMASHKA)
    await house.take("call", NOBODYS)
    company = house.offices.site().company_id
    theirs = Query(scope=Scope(company, unassigned=True))
    assert [m.dialled for m in house.messages.list(theirs).messages] == [NOBODYS]


async def test_with_several_companies_the_operator_alone_sees_it(built: Built) -> None:
    house = built(ROMASHKA, VASILEK)
    steps = await house.take("call", NOBODYS)
    assert steps[0] == "answer (en)", "they speak two languages"
    assert len(unassigned(house)) == 1
    for company in ("Ромашка", "Vasilyok"):
        scope = Scope(house.offices.site(company).company_id)
        assert house.messages.list(Query(scope=scope)).messages == ()


@pytest.mark.parametrize("dialled", [[], [""]])
async def test_a_call_to_a_name_has_no_number(built: Built, dialled: list[str]) -> None:
    house = built(ROMASHKA)
    await house.take("call", *dialled)
    assert len(unassigned(house)) == 1


@pytest.mark.parametrize(
    "endpoint",
    ["PJSIP/101", "pjsip/101", "PJSIP/anonymous", "Local/70000000000@voicepost", ""],
)
async def test_who_does_not_come_from_outside_hears_that_there_is_no_such_number(
    built: Built, endpoint: str
) -> None:
    house = built(ROMASHKA)
    assert await house.take("call", NOBODYS, endpoint=endpoint) == REFUSED
    assert unassigned(house) == []


@pytest.mark.parametrize(
    ("trunks", "endpoint", "is_trunk"),
    [
        ("provider", "PJSIP/provider", True),
        ("provider", "PJSIP/trunk", False),
        ("other, Provider", "PJSIP/provider", True),
        ("SIP/provider", "PJSIP/provider", False),
        ("DAHDI/*", "DAHDI/i1/79161112233", True),
        ("101", "PJSIP/101", True),
    ],
)
async def test_the_operator_names_the_trunks(
    built: Built, trunks: str, endpoint: str, is_trunk: bool
) -> None:
    house = built(ROMASHKA, trunks=trunks)
    await house.take("call", NOBODYS, endpoint=endpoint)
    assert len(unassigned(house)) == is_trunk


@pytest.mark.parametrize("rules", [{"per_caller": 0}, {"per_day": 0}])
async def test_the_operator_wants_none(built: Built, rules: dict[str, int]) -> None:
    house = built(ROMASHKA, **rules)
    assert await house.take("call", NOBODYS) == REFUSED
    assert unassigned(house) == []


async def test_a_caller_may_leave_so_many_a_day(built: Built) -> None:
    house = built(ROMASHKA, per_caller=2)
    for _ in range(3):
        steps = await house.take("call", NOBODYS, caller="79161112233")
    assert steps == REFUSED
    await house.take("call", NOBODYS, caller="79161112244")
    assert sorted(m.caller_number for m in unassigned(house)) == [
        *("79161112233", "79161112233", "79161112244")
    ]
    steps = await house.take("call", "74951234567", caller="79161112233")
    assert "play vm-intro" in steps, "a company's number is not limited"


async def test_all_callers_together_may_leave_so_many_a_day(built: Built) -> None:
    house = built(ROMASHKA, per_day=2)
    for caller in range(3):
        steps = await house.take("call", NOBODYS, caller=f"7916111220{caller}")
    assert steps == REFUSED
    assert len(unassigned(house)) == 2


async def test_without_any_company_too(built: Built) -> None:
    house = built()
    assert (await house.take("call", NOBODYS))[0] == "answer (en)"
    assert [str(m.received_at.tzinfo) for m in unassigned(house)] == ["UTC"]
