"""`voicepost employees notify`: addresses that employees set are seen, and removed, not set."""

from __future__ import annotations

from commands.context import App
from storage.actor import Actor
from storage.office.notify import MailDestination
from tests.commands.conftest import Voicepost

BY = Actor(name="anna", via="page")
HOME = "anna@home.example"


def put(office: Voicepost, address: str, *, confirmed: bool = True, **options: object) -> None:
    """Somebody with the extension 101 sets an address."""
    app = App(office.home)
    who = app.own_addresses.person(app.offices.site().company_id, "101")
    assert who
    destination = MailDestination.model_validate({"mail": address, **options})
    one = app.own_addresses.put(who, destination, by=BY)
    if confirmed and not one.is_confirmed:
        asked = app.own_addresses.code(destination.key, who)
        assert asked
        app.own_addresses.confirm(who, one.id, asked.code, by=BY)
    app.database.close()


def test_they_are_listed_as_own(office: Voicepost) -> None:
    office("employees", "notify", "101", "--mail", "boss@example.com", "--attach", "mp3")
    put(office, HOME)
    put(office, "typo@home.example", confirmed=False)
    assert office("employees", "notify", "101").splitlines() == [
        "mail     boss@example.com  message.kept, attach mp3",
        f"mail     {HOME}  message.kept, attach none  (own)",
        "mail     typo@home.example  message.kept, attach none  (own, not confirmed)",
    ]
    boss, home, typo = office.data("employees", "notify", "101")
    assert boss == {"mail": "boss@example.com", "attach": "mp3"}
    assert home == {"mail": HOME, "own": True, "confirmed": True}
    assert typo["confirmed"] is False
    shown = office("config", "show")
    assert "boss@example.com" in shown
    assert HOME not in shown


def test_one_is_removed_wherever_it_stands(office: Voicepost) -> None:
    put(office, HOME)
    office("employees", "notify", "101", "--mail", HOME)
    office("employees", "notify", "101", "--remove", HOME)
    assert office("employees", "notify", "101") == ""
    put(office, HOME)
    office("employees", "notify", "101", "--remove", HOME)
    assert office("employees", "notify", "101") == ""
    assert "no destination" in office.refused("employees", "notify", "101", "--remove", HOME)
    actions = [entry["action"] for entry in office.data("audit", "list")]
    assert actions.count("address.remove") == 2


def test_nothing_is_removed_beside_other_options(office: Voicepost) -> None:
    put(office, HOME)
    office.refused("employees", "notify", "101", "--remove", HOME, "--attach", "mp3", code=2)
    assert HOME in office("employees", "notify", "101")


def test_times_sizes_and_addresses_are_told_in_words(office: Voicepost) -> None:
    put(office, "anna@пример.рф", daily="08:00", attach="mp3", attach_up_to=2_500_000)
    put(office, "anna@пример.рф", unheard_minutes=15)
    told = ("employees", "notify", "101")
    office(*told, "--mail", "boss@пример.рф", "--attach", "wav", "--attach-up-to", "5000000")
    assert office(*told).splitlines() == [
        "mail     boss@пример.рф  message.kept, attach wav up to 5000000 bytes",
        "mail     anna@пример.рф  message.kept, attach mp3 up to 2500000 bytes, daily at 08:00"
        "  (own)",
        "mail     anna@пример.рф  message.kept, attach none, if unheard after 15 min  (own)",
    ]
    _, daily, reminder = office.data(*told)
    assert (daily["daily"], daily["attach_up_to"]) == ("08:00", 2_500_000)
    assert (reminder["unheard_minutes"], reminder["mail"]) == (15, "anna@xn--e1afmkfd.xn--p1ai")

    office(*told, "--remove", "anna@пример.рф", "--reminder")
    assert "15 min" not in office(*told)
    assert "daily at 08:00" in office(*told)
    office(*told, "--remove", "anna@xn--e1afmkfd.xn--p1ai")
    assert "anna@" not in office(*told)
