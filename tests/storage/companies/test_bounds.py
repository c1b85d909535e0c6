"""Nobody reaches beyond their own: what a company's own administrators may put into its office."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.actor import Actor
from storage.companies.allowance import Allowance, may_meet
from storage.companies.allowances import Allowances
from storage.companies.store import Offices
from storage.errors import ConfigError, NotFound
from storage.office import Dial, Office, parse_office
from storage.office.edit import with_entry, with_fields, without_entry
from storage.office.prompts import PromptLibrary
from tests.acting import ME
from tests.databases import empty_sqlite
from tests.refusals import refuses
from web.language.problems import message, sentences, whole

ROMASHKA, LUTIK = "Ромашка", "Лютик"
ADMINISTRATOR = Actor("olga", via="page", user_id="1")
SCRIPT = Actor("olga", via="api", user_id="1")
HOSTILE = (
    "Local/*99@other-context",
    "Local/74957654321@voicepost",
    "PJSIP/trunk/sip:x@198.51.100.7:5060",
    "PJSIP/201",
    "pjsip/101",
    "PJSIP/101/sip:x@198.51.100.7",
    "AudioSocket/198.51.100.7:9019/40325ec2-5efd-4bd3-805f-53576e581d13",
    "IAX2/guest@198.51.100.7",
    "DAHDI/g0/810882",
)
OFFICE = """
[company]
name = "{name}"
[numbers]
"{number}" = {{ menu = "main" }}
[menus.main]
greeting = "sound:hello-world"
[menus.main.keys]
7 = {{ action = "dial", number = "{dialled}" }}
[employees.{extension}]
name = "Анна"
endpoint = "{endpoint}"
"""


class House:
    """Two companies on one system, or one."""

    def __init__(self, folder: Path) -> None:
        self.database = empty_sqlite(folder / "voicepost.db")
        self.offices = Offices(self.database, PromptLibrary(folder / "prompts"))
        self.allowances = Allowances(self.database)

    def found(
        self,
        name: str = ROMASHKA,
        *,
        number: str = "74951234567",
        extension: str = "101",
        endpoint: str = "PJSIP/101",
        dialled: str = "84956543210",
    ) -> str:
        """Apply an office, as the operator does; the company's id."""
        text = OFFICE.format(
            name=name, number=number, extension=extension, endpoint=endpoint, dialled=dialled
        )
        self.offices.apply(parse_office(text), by=ME)
        return self.offices.site(name).company_id

    def ring_at(self, endpoint: str, extension: str = "101", by: Actor = ADMINISTRATOR) -> None:
        """Give an employee another phone, or add one with it."""

        def with_phone(office: Office) -> Office:
            known = office.employees.get(extension) or next(iter(office.employees.values()))
            changed = with_fields(known, endpoint=endpoint)
            return with_fields(office, employees=with_entry(office.employees, extension, changed))

        self.offices.edit(ROMASHKA, with_phone, by=by)

    def dial(self, number: str, by: Actor = ADMINISTRATOR, key: str = "8") -> None:
        """Have a key of the menu dial a number."""

        def with_key(office: Office) -> Office:
            menu = office.menus["main"]
            menu = with_fields(menu, keys=with_entry(menu.keys, key, Dial(number=number)))
            return with_fields(office, menus=with_entry(office.menus, "main", menu))

        self.offices.edit(ROMASHKA, with_key, by=by)

    def take(self, number: str, by: Actor = ADMINISTRATOR) -> None:
        """Take calls to a number."""
        target = next(iter(self.offices.get(LUTIK).numbers.values()))
        self.offices.edit(
            ROMASHKA,
            lambda office: with_fields(office, numbers=with_entry(office.numbers, number, target)),
            by=by,
        )

    def move(self, zone: str, by: Actor = ME) -> None:
        """Give the company another time zone."""
        self.offices.edit(
            ROMASHKA,
            lambda office: with_fields(office, company=with_fields(office.company, timezone=zone)),
            by=by,
        )

    def drop(self, number: str, by: Actor = ADMINISTRATOR) -> None:
        """Take calls to a number no longer."""
        self.offices.edit(
            ROMASHKA,
            lambda office: with_fields(
                office, numbers=without_entry(office.numbers, number, "number")
            ),
            by=by,
        )

    def warnings(self, name: str = ROMASHKA) -> dict[str, str]:
        return {one.where: message(one) for one in self.offices.site(name).problems()}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.database.close()


@pytest.fixture
def two(house: House) -> House:
    house.found()
    house.found(LUTIK, number="74957654321", extension="201", endpoint="PJSIP/201")
    return house


@pytest.mark.parametrize("by", [ADMINISTRATOR, SCRIPT])
@pytest.mark.parametrize("endpoint", HOSTILE)
def test_a_phone_that_is_none_of_the_companys_is_refused(
    two: House, endpoint: str, by: Actor
) -> None:
    two.allowances.set(
        two.offices.site(ROMASHKA).company_id, endpoint_pattern="PJSIP/{extension}", by=ME
    )
    for extension in ("101", "102"):
        with pytest.raises(ConfigError) as refused:
            two.ring_at(endpoint, extension, by)
        assert whole(refused.value) == (
            f"employees.{extension}.endpoint: “{endpoint}” is not one of the phones that this "
            "company may use"
        )
    assert two.offices.get(ROMASHKA).employees["101"].endpoint == "PJSIP/101"


def test_of_one_company_every_phone_of_the_usual_kind_is_its_own(house: House) -> None:
    house.found()
    house.ring_at("PJSIP/102", "102")
    with refuses(ConfigError, "not one of the phones"):
        house.ring_at("PJSIP/103", "102")


def test_of_several_none_is_until_the_operator_says_so(two: House) -> None:
    with refuses(ConfigError, "not one of the phones"):
        two.ring_at("PJSIP/102", "102")
    company_id = two.offices.site(ROMASHKA).company_id
    two.allowances.set(
        company_id, endpoint_pattern="PJSIP/r-{extension}", endpoints="PJSIP/door,PJSIP/hall", by=ME
    )
    for endpoint in ("PJSIP/r-102", "PJSIP/door", "PJSIP/hall"):
        two.ring_at(endpoint, "102")
    with refuses(ConfigError, "not one of the phones"):
        two.ring_at("PJSIP/102", "102")
    two.allowances.set(company_id, endpoint_pattern="", endpoints="", by=ME)
    with refuses(ConfigError, "not one of the phones"):
        two.ring_at("PJSIP/r-103", "103")


def test_what_a_file_holds_stays_and_may_be_sent_back(house: House) -> None:
    house.found(endpoint="PJSIP/trunk/sip:101@192.0.2.7", dialled="+4930123456")
    house.ring_at("PJSIP/trunk/sip:101@192.0.2.7")
    house.dial("+4930123456", key="7")
    house.dial("84957654321")
    with refuses(ConfigError, "not one of the phones"):
        house.ring_at("PJSIP/trunk/sip:101@192.0.2.7", "102")
    house.ring_at("PJSIP/101")
    with refuses(ConfigError, "not one of the phones"):
        house.ring_at("PJSIP/trunk/sip:101@192.0.2.7")


def test_the_operator_may_set_anything_and_is_warned(house: House) -> None:
    house.found(endpoint="Local/7@elsewhere", dialled="+4930123456")
    house.dial("88091234567", by=ME)
    assert house.warnings() == {
        "employees.101.endpoint": "“Local/7@elsewhere” is not one of the phones that this company "
        "may use",
        "menus.main.keys.7": "+4930123456 is not one of the numbers that this company may dial: "
        "callers hear that nobody answers",
        "menus.main.keys.8": "88091234567 is not one of the numbers that this company may dial: "
        "callers hear that nobody answers",
    }
    house.found(LUTIK, number="74957654321", extension="201", endpoint="PJSIP/201")
    told = {
        "employees": "the server's administrator has not said yet which phones this company may use"
    }
    assert house.warnings(LUTIK) == told
    assert "employees.101.endpoint" in house.warnings()
    assert "employees" in house.warnings()


@pytest.mark.parametrize("by", [ADMINISTRATOR, SCRIPT])
@pytest.mark.parametrize("number", ["+4930123456", "8104930123456", "88091234567", "+881612345678"])
def test_numbers_that_may_not_be_dialled_are_refused(house: House, number: str, by: Actor) -> None:
    house.found()
    with pytest.raises(ConfigError) as refused:
        house.dial(number, by)
    assert whole(refused.value) == (
        f"menus.main.keys.8: {number} is not one of the numbers that this company may dial"
    )
    house.allowances.set(house.offices.site().company_id, allow="national,+49,8809,+88", by=ME)
    house.dial(number, by)
    assert house.offices.site().dials(number)


def test_the_setting_holds_for_companies_without_a_list_of_their_own(
    two: House, tmp_path: Path
) -> None:
    two.allowances.set(two.offices.site(LUTIK).company_id, allow="+7", by=ME)
    offices = Offices(two.database, PromptLibrary(tmp_path), Allowance(allow="+49"))
    assert offices.site(ROMASHKA).dials("+4930123456")
    assert not offices.site(ROMASHKA).dials("84951234567")
    assert offices.site(LUTIK).dials("84951234567")
    assert not offices.site(LUTIK).dials("+4930123456")
    two.allowances.set(two.offices.site(LUTIK).company_id, allow="none", by=ME)
    assert not offices.site(LUTIK).dials("84951234567")
    two.allowances.set(two.offices.site(LUTIK).company_id, allow="", by=ME)
    assert offices.site(LUTIK).dials("+4930123456")


def test_nobody_makes_another_country_home_by_the_time_zone(house: House) -> None:
    house.found()
    with refuses(ConfigError, r"company\.timezone: is of another country"):
        house.move("Indian/Maldives", by=SCRIPT)
    house.move("Asia/Vladivostok", by=SCRIPT)
    assert not house.offices.site().dials("+9607771234")


def test_under_another_name_of_its_zone_a_company_is_of_its_own_country(house: House) -> None:
    house.found()
    for zone, home, abroad in (
        ("US/Eastern", "+12125551234", "+74956543210"),
        ("Asia/Saigon", "+84912345678", "+74956543210"),
    ):
        house.move(zone)
        assert house.offices.site().dials(home)
        assert not house.offices.site().dials(abroad)


def test_where_there_is_no_country_no_number_is_national(house: House) -> None:
    house.found()
    house.move("UTC")
    refused = "is not one of the numbers that this company may dial"
    assert not house.offices.site().dials("84956543210")
    assert house.warnings() == {
        "menus.main.keys.7": f"84956543210 {refused}: callers hear that nobody answers",
        "company.timezone": "is that of no country, so that no number is national",
    }
    with pytest.raises(ConfigError) as told:
        house.dial("84956543211")
    assert tuple(sentences(told.value)) == (
        f"menus.main.keys.8: 84956543211 {refused}",
        "company.timezone: is that of no country, so that no number is national",
    )
    with refuses(ConfigError, "is of another country"):
        house.move("Europe/Moscow", by=ADMINISTRATOR)
    # Spelling goes on as before, in lists of prefixes too.
    found = house.offices.snapshot().find("84951234567")
    assert found is not None
    house.allowances.set(found.company_id, allow="+7495", by=ME)
    assert house.offices.site().dials("84956543210")
    assert house.warnings() == {}


def test_a_number_from_before_may_be_sent_back_at_its_own_place_only(house: House) -> None:
    house.found(dialled="+4930123456")
    house.dial("+4930123456", key="7")
    with refuses(ConfigError, r"^menus\.main\.keys\.8: \+4930123456 is not one of"):
        house.dial("+4930123456", key="8")


def test_what_callers_meet_in_a_forwarding_rule_is_said(house: House) -> None:
    house.found()

    def forwarded(office: Office) -> Office:
        anna = office.employees["101"]
        forward = with_fields(anna.forward, busy=Dial(number="+4930123456"))
        changed = with_fields(anna, forward=forward)
        return with_fields(office, employees=with_entry(office.employees, "101", changed))

    house.offices.edit(None, forwarded, by=ME)
    assert house.warnings() == {
        "employees.101.forward.busy": "+4930123456 is not one of the numbers that this company "
        "may dial: callers reach voicemail instead"
    }


def test_a_number_is_used_only_where_it_is_assigned(two: House) -> None:
    sentence = "is not yours: the server's administrator assigns numbers"
    for number in ("74957654321", "8 (495) 765-43-21", "+7 495 999-88-77", "200"):
        with pytest.raises(ConfigError) as refused:
            two.take(number)
        assert whole(refused.value) == f"numbers.{number}: {sentence}"
    site = two.offices.site(ROMASHKA)
    two.allowances.assign("8 495 999-88-77", site.company_id, site.region, by=ME)
    two.take("+7 495 999-88-77")
    two.drop("+7 495 999-88-77")
    two.take("84959998877", by=SCRIPT)


@pytest.mark.parametrize("by", [ADMINISTRATOR, SCRIPT])
def test_no_spelling_of_an_own_number_is_anothers_number(two: House, by: Actor) -> None:
    asia = OFFICE.format(
        name="Азия", number="+84951112233", extension="301", endpoint="PJSIP/301", dialled="112"
    ).replace("[numbers]", 'timezone = "Asia/Ho_Chi_Minh"\n[numbers]')
    two.offices.apply(parse_office(asia), by=ME)
    site = two.offices.site(ROMASHKA)
    two.allowances.assign("74951112233", site.company_id, site.region, by=ME)
    for number in ("84951112233", "8 (495) 111-22-33"):
        with pytest.raises(ConfigError) as refused:
            two.take(number, by)
        assert whole(refused.value) == (
            f"numbers.{number}: is not yours: the server's administrator assigns numbers"
        )
    two.take("+7 495 111-22-33", by)
    two.drop("+7 495 111-22-33", by)
    # Also where the other number is only assigned yet.
    asian = two.offices.site("Азия")
    two.allowances.assign("74952223344", site.company_id, site.region, by=ME)
    two.allowances.assign("+84952223344", asian.company_id, asian.region, by=ME)
    with refuses(ConfigError, "is not yours"):
        two.take("84952223344", by)
    two.take("84951112233", by=ME)
    found = two.offices.snapshot().find("+84951112233")
    assert found is not None
    assert found.office.company.name == "Азия"
    # What the operator wrote may be sent back.
    two.dial("84956543211", by)


def test_what_the_operator_sets_is_assigned_and_nobody_else_gets_it(two: House) -> None:
    two.take("200", by=ME)
    two.drop("200")
    two.take("200")
    two.drop("200")
    site = two.offices.site(LUTIK)
    with refuses(ConfigError, "200 is assigned to “Ромашка”: unassign it first"):
        two.allowances.assign("200", site.company_id, site.region, by=ME)
    two.allowances.unassign("200", ["RU"], by=ME)
    with refuses(ConfigError, "is not yours"):
        two.take("200")
    two.allowances.assign("200", site.company_id, site.region, by=ME)
    with refuses(ConfigError, "is not yours"):
        two.take("200")
    two.take("200", by=ME)  # the operator's own word moves it
    assert [one.number for one in two.allowances.assigned(site.company_id)] == ["74957654321"]


def test_a_number_in_use_is_not_taken_away(two: House) -> None:
    with refuses(ConfigError, "“Лютик” uses 74957654321: remove it there first"):
        two.allowances.unassign("74957654321", ["RU"], by=ME)
    with refuses(ConfigError, "is assigned to “Лютик”"):
        site = two.offices.site(ROMASHKA)
        two.allowances.assign("74957654321", site.company_id, site.region, by=ME)
    with refuses(NotFound, "199 is assigned to no company"):
        two.allowances.unassign("199", ["RU"], by=ME)


def test_one_company_uses_any_number_and_keeps_it_when_another_comes(house: House) -> None:
    house.found()
    target = house.offices.get().numbers["74951234567"]
    house.offices.edit(
        None,
        lambda office: with_fields(office, numbers={**office.numbers, "200": target}),
        by=ADMINISTRATOR,
    )
    house.found(LUTIK, number="74957654321")
    house.drop("200")
    house.take("200")


def test_what_goes_wrong_with_a_list_is_told(two: House) -> None:
    company_id = two.offices.site(ROMASHKA).company_id
    for fields, sentence in (
        ({"endpoint_pattern": "PJSIP/101"}, "needs {extension} in it"),
        ({"endpoint_pattern": "{extension}"}, "is not an Asterisk dial string"),
        ({"endpoints": "PJSIP/1,101"}, "“101” is not an Asterisk dial string"),
        ({"allow": "+7 495"}, "“\\+7 495” is no prefix"),
    ):
        with refuses(ConfigError, sentence):
            two.allowances.set(company_id, **fields, by=ME)
    assert two.offices.site(ROMASHKA).allowance == two.offices.site(LUTIK).allowance


def test_stored_text_that_asterisk_would_read_as_more_is_never_handed_on(two: House) -> None:
    """Whatever has written it, a company with such a configuration is left out."""
    for good, evil in (
        ("PJSIP/101", "PJSIP/101&Local/1@x"),
        ("PJSIP/101", "PJSIP/101,30,G(x^1^1)"),
        ("84956543210", "84956543210@trunk&Local/1@x"),
        ("sound:hello-world", "sound:../../../etc/passwd"),
        ("sound:hello-world", "http://198.51.100.7/x"),
    ):
        with two.database.session() as session:
            connection = session.connection()
            replaced = "UPDATE companies SET config = replace(config, ?, ?), version = version + 1"
            connection.exec_driver_sql(replaced, (f'"{good}"', f'"{evil}"'))
            connection.exec_driver_sql("UPDATE config_version SET version = version + 1")
        assert ROMASHKA not in two.offices.names()
        with two.database.session() as session:
            session.connection().exec_driver_sql(replaced, (f'"{evil}"', f'"{good}"'))
            session.connection().exec_driver_sql("UPDATE config_version SET version = version + 1")
        assert ROMASHKA in two.offices.names()


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("PJSIP/{extension}", "PJSIP/{extension}", True),
        ("PJSIP/{extension}", "PJSIP/1{extension}", True),
        ("PJSIP/{extension}", "PJSIP/{extension}0", True),
        ("PJSIP/1{extension}", "PJSIP/2{extension}", False),
        ("PJSIP/a{extension}", "PJSIP/b{extension}", False),
        ("PJSIP/{extension}", "PJSIP/r-{extension}", False),
        ("PJSIP/{extension}-r", "PJSIP/{extension}", False),
        ("PJSIP/{extension}", None, False),
    ],
)
def test_patterns_that_can_name_one_phone_are_known(
    one: str, other: str | None, meet: bool
) -> None:
    assert may_meet(one, other) is meet
    assert may_meet(other, one) is meet
