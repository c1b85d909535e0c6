"""An office written as a document: what it says, what is wrong in it, and writing it back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.errors import ConfigError
from storage.office import (
    Action,
    Company,
    Dial,
    Employee,
    Forward,
    ForwardAction,
    HangUp,
    Menu,
    Nothing,
    Office,
    OpenMenu,
    Play,
    Prompt,
    Repeat,
    Ring,
    Target,
    Voicemail,
    VoicemailSettings,
    dump_office,
    parse_office,
    read_office,
)
from tests.refusals import refuses
from web.language.problems import sentences

EXAMPLE = Path(__file__).parents[3] / "examples" / "office.toml"
COMPANY = '[company]\nname = "Ромашка"\n'


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_office(text)
    return sentences(caught.value)


def test_the_shipped_example_says_what_it_says() -> None:
    office = read_office(EXAMPLE)

    assert office.company == Company(name="Ромашка", language="ru", timezone="Europe/Moscow")
    assert office.numbers == {"74951234567": Target(menu="main")}
    main = office.menus["main"]
    assert (main.timeout, main.digit_timeout, main.invalid_limit) == (5.0, 2.0, 3)
    assert main.default == Voicemail()
    assert main.keys["2"] == Ring(employees=("101", "102"), timeout=25.0)
    assert main.keys["*"] == Repeat()
    assert list(office.employees) == ["101", "102"]
    boris = office.employees["102"]
    assert boris.forward.no_answer == Voicemail()
    assert boris.answer_within == 10.0
    assert office.employees["101"].answer_within == 20.0
    assert office.prompts["address"].file == "address.wav"
    assert office.voicemail == VoicemailSettings(silence_seconds=8, max_seconds=180)


def test_a_company_needs_a_name_and_nothing_else() -> None:
    office = parse_office(COMPANY)
    assert office.company.language == "ru"
    assert not office.menus
    assert mistakes("") == ["company is missing"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[company", "not a TOML document: Expected ']'"),
        ("[company]\nname = 5", "company.name: must be a text in quotes"),
        ('[company]\nname = " "', "company.name: must not be empty"),
        ('[company]\nname = "a\\u0007b"', "company.name: must not contain control characters"),
        ('[company]\nname = "a\\u202eb"', "company.name: must not contain control characters"),
        (COMPANY + 'language = "fr"', "company.language: must be one of: ru, en"),
        (COMPANY + 'timezone = "../../etc/passwd"', "company.timezone: “../../etc/passwd” is not"),
        (COMPANY + "speed = 1", "company: unknown key “speed”"),
        (COMPANY + "[numbers]\n1 = {}", "numbers.1: needs exactly one of menu"),
        (COMPANY + "[numbers]\n1 = { voicemail = false }", "numbers.1.voicemail: must be true"),
        (COMPANY + "[numbers]\nabc = { voicemail = true }", "numbers.abc: “abc” is not a phone"),
        (COMPANY + '[menus."a b"]\ngreeting = "sound:x"', "menus.a b: “a b” is not a name"),
        (COMPANY + "[menus.main]", "menus.main: greeting is missing"),
        (
            COMPANY + '[menus.main]\ngreeting = "hi"',
            "menus.main.greeting: “hi” must be prompt:NAME",
        ),
        (
            COMPANY + '[menus.main]\ngreeting = "sound:../x"',
            "menus.main.greeting: “sound:../x” must be prompt:NAME",
        ),
        (
            COMPANY + '[menus.main]\ngreeting = "sound:x"\nkeys = { 2 = { action = "rign" } }',
            "menus.main.keys.2: unknown action “rign” (known: voicemail, ring, menu,",
        ),
        (
            COMPANY + '[menus.main]\ngreeting = "sound:x"\nkeys = { 2 = { action = "menu" } }',
            "menus.main.keys.2: menu is missing",
        ),
        (
            COMPANY + '[menus.main]\ngreeting = "sound:x"\nkeys = { 2 = { menu = "main" } }',
            "menus.main.keys.2: has no action",
        ),
        (
            COMPANY + '[menus.main]\ngreeting = "sound:x"\nkeys = { 2 = { action = "ring" } }',
            "menus.main.keys.2: needs either employee = or employees =",
        ),
        (
            COMPANY + '[menus.main]\ngreeting = "sound:x"\nkeys = { a = { action = "repeat" } }',
            "menus.main.keys.a: “a” is not a key",
        ),
        (
            COMPANY + '[menus.menu]\ngreeting = "sound:x"\n'
            'keys = { 1 = { action = "menu", menu = "menu", voice = 1 } }',
            "menus.menu.keys.1: unknown key “voice”",
        ),
        (COMPANY + "[voicemail]\nmax_seconds = nan", "voicemail.max_seconds: must be a finite"),
        (COMPANY + "[voicemail]\nmax_seconds = inf", "voicemail.max_seconds: must be"),
        (COMPANY + "[voicemail]\nmax_seconds = -1", "voicemail.max_seconds: must be at least 0"),
        (COMPANY + "[voicemail]\nmax_seconds = 1e300", "voicemail.max_seconds: must be at most"),
        (COMPANY + '[voicemail]\nreview = "no"', "voicemail.review: must be true or false"),
        (
            COMPANY + f"[voicemail]\nmax_seconds = {'9' * 400}",
            "voicemail.max_seconds: must be a number",
        ),
        (COMPANY + "[prompts.a]\n", "prompts.a: needs exactly one of say"),
        (COMPANY + '[prompts.a]\nsay = "x"\nfile = "y"', "prompts.a: needs exactly one of say"),
        (COMPANY + '[prompts.a]\nfile = "y"\nvoice = "anna"', "prompts.a: voice = goes with say"),
        (COMPANY + '[prompts.a]\nsay = "x"\nvoice = "-w/etc/x"', "prompts.a.voice: “-w/etc/x” is"),
        (COMPANY + '[prompts.a]\nsay = "x"\naudio = "../x"', "prompts.a: unknown key “audio”"),
        (COMPANY + '[prompts.a]\nrecorded = "../x"', "prompts.a.recorded: must be the name of"),
        (COMPANY + "[employees]\nx1 = {}", "employees.x1: “x1” is not an extension"),
    ],
)
def test_each_mistake_has_a_place_and_a_sentence(text: str, sentence: str) -> None:
    told = mistakes(text)
    assert any(line.startswith(sentence) for line in told), told


@pytest.mark.parametrize(
    "endpoint",
    [
        "PJSIP/101,30,g",
        "PJSIP/101&PJSIP/102",
        "PJSIP/${EXTEN}",
        "PJSIP/1 2",
        "101",
        "",
        "PJSIP/a\nb",
    ],
)
def test_a_dial_string_cannot_smuggle_anything_into_the_dialplan(endpoint: str) -> None:
    text = f'{COMPANY}[employees.101]\nname = "Анна"\nendpoint = """{endpoint}"""'
    assert [line[:25] for line in mistakes(text)] == ["employees.101.endpoint: “"]


def test_a_dial_string_may_name_any_sip_address() -> None:
    endpoint = "PJSIP/trunk/sip:101@127.0.0.1:5071"
    office = parse_office(f'{COMPANY}[employees.101]\nname = "А"\nendpoint = "{endpoint}"')
    assert office.employees["101"].endpoint == endpoint


def test_forwarding_rings_one_employee_and_knows_no_menus() -> None:
    employee = f'{COMPANY}[employees.101]\nname = "А"\nendpoint = "PJSIP/101"\n'

    several = '[employees.101.forward]\nbusy = { action = "ring", employees = ["102", "103"] }'
    assert mistakes(employee + several) == [
        "employees.101.forward: forwarding rings one employee (employee =) and nothing else"
    ]
    menu = '[employees.101.forward]\nbusy = { action = "menu", menu = "main" }'
    assert "unknown action “menu”" in mistakes(employee + menu)[0]
    late = '[employees.101.forward]\nno_answer = { action = "voicemail", after = "soon" }'
    assert mistakes(employee + late) == ["employees.101.forward.no_answer.after: must be a number"]


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 20_000,
        "a = " + "{ a = " * 20_000,
        "a" + ".a" * 30_000 + " = 1",
        f'{COMPANY}[menus.m]\ngreeting = "sound:x"\ndefault{".no_answer" * 9_000}.action = "ring"',
        "a = " + "9" * 100_000,
        "company = 1979-05-27",
        "\0",
        "company = []\nnumbers = 1\nmenus = ''\nemployees = [[]]\nprompts = nan\nvoicemail = 1e99",
    ],
    ids=["lists", "tables", "dots", "actions", "digits", "date", "nul", "types"],
)
def test_a_hostile_document_is_refused_in_sentences(text: str) -> None:
    for sentence in mistakes(text):
        assert len(sentence) < 400
        assert sentence.isprintable()


def test_a_flood_of_mistakes_is_cut_short() -> None:
    told = mistakes(COMPANY + "[numbers]\n" + "\n".join(f"{n} = 1" for n in range(500)))
    assert len(told) == 51
    assert told[-1] == "and 450 more mistakes"


def test_files_that_cannot_be_read_are_told_plainly(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"[company]\nname = '\xff'")
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 1_000_001)

    for path, sentence in (
        (tmp_path / "none.toml", "No such file"),
        (tmp_path, "Is a directory"),
        (binary, "line 2 is not UTF-8"),
        (large, "larger than 1000000 bytes"),
    ):
        with refuses(ConfigError, sentence):
            read_office(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_mistake(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "office.toml"
    path.write_text(COMPANY, encoding=encoding)
    assert read_office(path).company.name == "Ромашка"
    assert parse_office(f"\ufeff{COMPANY}").company.name == "Ромашка"


# --- any office can be written and read back --------------------------------------------------

names = st.text(st.sampled_from("abzАЯё019-_"), min_size=1, max_size=12)
titles = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), min_size=1, max_size=30
).filter(lambda text: bool(text.strip()))
extensions = st.text(st.sampled_from("0123456789"), min_size=1, max_size=8)
numbers = st.text(st.sampled_from("0123456789*#"), min_size=1, max_size=15)
seconds = st.floats(0, 3600).map(lambda value: round(value, 3))
sounds = names.map("prompt:{}".format) | st.just("sound:vm-intro")
digests = st.text(st.sampled_from("0123456789abcdef"), min_size=64, max_size=64)

simple_actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Voicemail, employee=st.none() | extensions),
    st.builds(OpenMenu, menu=names),
    st.builds(Dial, number=numbers),
    st.builds(Play, prompt=sounds),
    st.just(Repeat()),
    st.just(HangUp()),
    st.builds(Ring, employee=extensions, timeout=st.none() | seconds),
)
actions: st.SearchStrategy[Action] = simple_actions | st.builds(
    Ring,
    employees=st.lists(extensions, min_size=1, max_size=3).map(tuple),
    strategy=st.sampled_from(["all", "in-turn"]),
    timeout=st.none() | seconds,
    no_answer=simple_actions,
)
forward_actions: st.SearchStrategy[ForwardAction] = st.one_of(
    st.builds(Voicemail, employee=st.none() | extensions),
    st.builds(Ring, employee=extensions),
    st.builds(Dial, number=numbers),
    st.just(Nothing()),
)
forwards = st.builds(
    Forward,
    always=st.none() | forward_actions,
    busy=st.none() | forward_actions,
    unreachable=st.none() | forward_actions,
) | st.builds(Forward, no_answer=forward_actions, no_answer_after=st.none() | seconds)
offices = st.builds(
    Office,
    company=st.builds(
        Company,
        name=titles,
        language=st.sampled_from(["ru", "en"]),
        timezone=st.sampled_from(["UTC", "Asia/Yekaterinburg"]),
        self_service=st.booleans(),
    ),
    numbers=st.dictionaries(
        numbers,
        st.builds(Target, menu=names)
        | st.builds(Target, employee=extensions)
        | st.just(Target(voicemail=True)),
        max_size=3,
    ),
    menus=st.dictionaries(
        names,
        st.builds(
            Menu,
            greeting=sounds,
            timeout=seconds,
            repeats=st.integers(0, 20),
            direct_dial=st.booleans(),
            default=actions,
            keys=st.dictionaries(
                st.text(st.sampled_from("0123456789*#"), min_size=1, max_size=3),
                actions,
                max_size=3,
            ),
        ),
        max_size=3,
    ),
    employees=st.dictionaries(
        extensions,
        st.builds(
            Employee,
            name=titles,
            numbers=st.lists(numbers, max_size=2).map(tuple),
            endpoint=st.just("PJSIP/trunk/sip:101@127.0.0.1:5071"),
            ring_timeout=seconds,
            greeting=st.none() | sounds,
            forward=forwards,
        ),
        max_size=3,
    ),
    voicemail=st.builds(VoicemailSettings, review=st.booleans(), greeting=st.none() | sounds),
    prompts=st.dictionaries(
        names,
        st.builds(Prompt, say=titles, voice=st.none() | st.just("ru+f3"))
        | st.builds(Prompt, file=titles)
        | st.builds(Prompt, recorded=digests),
        max_size=3,
    ),
)


@settings(max_examples=40)
@given(offices)
def test_every_office_survives_being_written_and_read(office: Office) -> None:
    assert parse_office(dump_office(office)) == office


@settings(max_examples=40)
@given(offices)
def test_every_office_survives_the_database(office: Office) -> None:
    assert Office.model_validate_json(office.model_dump_json()) == office


@given(st.text(max_size=300))
def test_no_text_at_all_breaks_the_parser(text: str) -> None:
    try:
        parse_office(text)
    except ConfigError as error:
        assert error.problems
