"""A home from before the operator decided anything goes on as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.actor import Actor
from storage.companies.allowances import Allowances
from storage.companies.store import Offices
from storage.database.engine import upgrade
from storage.errors import ConfigError
from storage.office import Dial, Office, parse_office
from storage.office.edit import with_fields
from storage.office.prompts import PromptLibrary
from tests.acting import ME
from tests.refusals import refuses
from tests.storage.companies.test_bounds import OFFICE
from tests.storage.homes import (
    MakeDatabase,
    backed_up,
    databases,
    empty_home,
    restored,
    rows,
    used_home,
)
from web.language.problems import message

ADMINISTRATOR = Actor("olga", via="page", user_id="1")
FOREIGN = "+4930123456"


@pytest.fixture
def make_database(tmp_path: Path, request: pytest.FixtureRequest) -> object:
    with databases(tmp_path, request) as make:
        yield make


def office(name: str, number: str, dialled: str) -> Office:
    return parse_office(
        OFFICE.format(
            name=name, number=number, extension="101", endpoint="Local/7@desk", dialled=dialled
        )
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_older_home_goes_on_as_it_was(
    make_database: MakeDatabase, tmp_path: Path, kind: str
) -> None:
    database = make_database(kind)
    with database.filling() as connection:
        upgrade(connection, "0005")
        for company_id, name, number, dialled in (
            ("1", "Ромашка", "74951234567", FOREIGN),
            ("2", "Лютик", "74957654321", "84956543210"),
        ):
            config = office(name, number, dialled).model_dump_json()
            connection.exec_driver_sql(
                "INSERT INTO companies (id, name, config, version) VALUES "
                f"('{company_id}', '{name}', '{config}', 1)".replace("%", "%%")
            )
            connection.exec_driver_sql(
                f"INSERT INTO numbers (number, company_id) VALUES ('{number}', '{company_id}')"
            )
        connection.exec_driver_sql(
            "INSERT INTO companies (id, name, config, version) VALUES ('3', 'x', 'no JSON', 1)"
        )
        upgrade(connection)
    offices = Offices(database, PromptLibrary(tmp_path / "prompts"))
    site = offices.site("Ромашка")

    # What it dials it dials still, and that is told.
    assert site.dials(FOREIGN)
    assert not site.dials("+4989123456")
    assert not offices.site("Лютик").dials(FOREIGN)
    told = {problem.where: message(problem) for problem in site.problems()}
    assert told["menus.main.keys.7"] == (
        f"{FOREIGN} would not be allowed today; it is dialled because it was here before"
    )
    assert told["employees.101.endpoint"].startswith("“Local/7@desk” is not one of the phones")

    # Everything may be sent back, and the number is assigned to who has it.
    def sent_back(office: Office) -> Office:
        target = office.numbers["74951234567"]
        return with_fields(office, numbers={"74951234567": target})

    def without_number(office: Office) -> Office:
        return with_fields(office, numbers={})

    target = site.office.numbers["74951234567"]
    offices.edit("Ромашка", sent_back, by=ADMINISTRATOR)
    offices.edit("Ромашка", without_number, by=ADMINISTRATOR)
    offices.edit(
        "Ромашка",
        lambda office: with_fields(office, numbers={"8 495 123-45-67": target}),
        by=ADMINISTRATOR,
    )

    # Once the operator has decided, that holds.
    Allowances(database).set("1", allow="national", by=ME)
    assert not offices.site("Ромашка").dials(FOREIGN)


def test_a_number_from_before_that_was_taken_away_does_not_come_back(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    database = make_database("sqlite")
    database.migrate()
    offices = Offices(database, PromptLibrary(tmp_path / "prompts"))
    offices.apply(office("Ромашка", "74951234567", FOREIGN), by=ME)
    with database.session() as session:
        session.connection().exec_driver_sql("UPDATE allowances SET dialled_before = ?", (FOREIGN,))

    def dialling(number: str) -> None:
        def with_key(office: Office) -> Office:
            menu = with_fields(office.menus["main"], keys={"7": Dial(number=number)})
            return with_fields(office, menus={"main": menu})

        offices.edit(None, with_key, by=ADMINISTRATOR)

    dialling(FOREIGN)
    dialling("84956543210")
    with refuses(ConfigError, "not one of the numbers"):
        dialling(FOREIGN)


def test_a_backup_holds_what_the_operator_decided(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    home = used_home(tmp_path / "home", make_database("sqlite"))
    offices = Offices(home.database, PromptLibrary(home.prompts))
    site = offices.site("Лилия")
    allowances = Allowances(home.database)
    allowances.set(
        site.company_id,
        endpoint_pattern="PJSIP/l{extension}",
        endpoints="PJSIP/hall",
        allow="+49",
        by=ME,
    )
    allowances.assign("200", site.company_id, site.region, by=ME)
    other = empty_home(tmp_path / "other", make_database("postgresql"))
    restored(backed_up(home, tmp_path / "backup.tar").path, other)
    again = Offices(other.database, PromptLibrary(other.prompts)).site("Лилия")
    assert again.allowance == offices.site("Лилия").allowance
    assert again.allowance.endpoints == ("PJSIP/hall",)
    assert Allowances(other.database).assigned() == allowances.assigned()
    assert [json.loads(row)["number"] for row in rows(other.database)["assigned_numbers"]] == [
        "200",
        "74957654321",
    ]
