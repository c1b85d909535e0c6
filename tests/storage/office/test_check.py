"""What `config check` finds in an office that is well written."""

import time

import pytest

from storage.errors import wrong
from storage.office import check, parse_office, read_office
from tests.storage.office.test_office import EXAMPLE
from web.language.problems import sentence

OFFICE = """
[company]
name = "Ромашка"
[numbers]
74951234567 = { menu = "main" }
[menus.main]
greeting = "sound:hello"
[menus.main.keys]
1 = { action = "ring", employee = "101" }
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
"""


def found(text: str, office: str = OFFICE) -> list[str]:
    return [
        f"{problem.severity}: {sentence(problem)}" for problem in check(parse_office(office + text))
    ]


def with_default(*menus: tuple[str, str], keys: str = "") -> str:
    """An office of menus, each with a default action; the number leads to the first."""
    lines = ['[company]\nname = "А"', f'[numbers]\n1 = {{ menu = "{menus[0][0]}" }}']
    lines += [
        f'[menus.{name}]\ngreeting = "sound:x"\ndefault = {{ {action} }}\n{keys}'
        for name, action in menus
    ]
    return "\n".join(lines)


def test_nothing_is_wrong_with_a_plain_office() -> None:
    assert found("") == []


def test_the_shipped_example_has_no_errors() -> None:
    assert [p for p in check(read_office(EXAMPLE)) if p.severity == "error"] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '2 = { action = "menu", menu = "nowhere" }',
            "error: menus.main.keys.2: there is no menu “nowhere”",
        ),
        (
            '2 = { action = "ring", employees = ["101", "109"] }',
            "error: menus.main.keys.2: there is no employee 109",
        ),
        (
            '2 = { action = "voicemail", employee = "109" }',
            "error: menus.main.keys.2: there is no employee 109",
        ),
        (
            '2 = { action = "play", prompt = "prompt:nothing" }',
            "error: menus.main.keys.2: there is no prompt “nothing”",
        ),
        (
            '2 = { action = "ring", employees = ["101"], '
            'no_answer = { action = "menu", menu = "gone" } }',
            "error: menus.main.keys.2.no_answer: there is no menu “gone”",
        ),
    ],
)
def test_keys_that_lead_nowhere(text: str, problem: str) -> None:
    keys = "[menus.main.keys]\n"
    assert found("", OFFICE.replace(keys, f"{keys}{text}\n")) == [problem]


def test_numbers_greetings_and_forwarding_that_lead_nowhere() -> None:
    text = """
    greeting = "prompt:anna"
    [employees.101.forward]
    busy = { action = "ring", employee = "102" }
    [voicemail]
    greeting = "prompt:office"
    """
    number = '[numbers]\n1 = { menu = "x" }\n2 = { employee = "7" }'
    assert found(text, OFFICE.replace("[numbers]", number)) == [
        "error: numbers.1: there is no menu “x”",
        "error: numbers.2: there is no employee 7",
        "error: employees.101.forward.busy: there is no employee 102",
        "error: employees.101.greeting: there is no prompt “anna”",
        "error: voicemail.greeting: there is no prompt “office”",
    ]


def test_a_menu_nobody_can_reach() -> None:
    text = '[menus.island]\ngreeting = "sound:x"\ndefault = { action = "menu", menu = "cape" }\n'
    assert found(text + '[menus.cape]\ngreeting = "sound:x"') == [
        "warning: menus.island: nobody can reach this menu",
        "warning: menus.cape: nobody can reach this menu",
    ]


def test_menus_are_reached_through_keys_defaults_wrong_keys_and_unanswered_rings() -> None:
    open_menu = '{{ action = "menu", menu = "{}" }}'.format
    ring = f'{{ action = "ring", employees = ["101"], no_answer = {open_menu("d")} }}'
    office = OFFICE.replace(
        'greeting = "sound:hello"',
        f'greeting = "sound:hello"\ndefault = {open_menu("a")}\ninvalid = {open_menu("b")}',
    ).replace("[menus.main.keys]", f"[menus.main.keys]\n3 = {open_menu('c')}\n4 = {ring}")
    assert found("".join(f'[menus.{n}]\ngreeting = "sound:x"\n' for n in "abcd"), office) == []


def test_a_prompt_nobody_plays_and_a_company_nobody_calls() -> None:
    assert found('[prompts.x]\nsay = "x"') == ["warning: prompts.x: nothing plays this prompt"]
    assert found("", '[company]\nname = "А"') == [
        "warning: numbers: no number leads to this company"
    ]


@pytest.mark.parametrize("action", ['action = "repeat"', 'action = "play", prompt = "sound:x"'])
def test_a_menu_that_only_repeats_itself_is_a_trap(action: str) -> None:
    assert found("", with_default(("main", action))) == [
        "error: menus.main: no key and no default action ever leads out of it"
    ]


def test_menus_that_only_lead_to_each_other_are_a_trap() -> None:
    loop = with_default(("a", 'action = "menu", menu = "b"'), ("b", 'action = "menu", menu = "a"'))
    assert found("", loop) == [
        "error: menus.a: no key and no default action ever leads out of it",
        "error: menus.b: no key and no default action ever leads out of it",
    ]


def test_a_round_of_defaults_that_a_key_can_leave_is_only_a_warning() -> None:
    loop = with_default(
        ("a", 'action = "menu", menu = "b"'),
        ("b", 'action = "menu", menu = "a"'),
        keys='keys = { 9 = { action = "voicemail" } }',
    )
    assert found("", loop) == [
        "warning: menus.a.default: a caller who presses nothing goes round for ever: a → b → a"
    ]


def test_a_menu_before_a_round_is_not_blamed_for_it() -> None:
    loop = with_default(
        ("door", 'action = "menu", menu = "a"'),
        ("a", 'action = "repeat"'),
        keys='keys = { 9 = { action = "hangup" } }',
    )
    assert [line.split(":")[1] for line in found("", loop)] == [" menus.a.default"]


def test_a_very_large_office_is_checked_in_no_time() -> None:
    menu = '[menus.m{}]\ngreeting = "sound:x"\ndefault = {{ action = "menu", menu = "m{}" }}\n'
    ring = '[employees.{}]\nname = "А"\nendpoint = "PJSIP/1"\n[employees.{}.forward]\n'
    ring += 'busy = {{ action = "ring", employee = "{}" }}\n'
    text = '[company]\nname = "А"\n[numbers]\n1 = { menu = "m0" }\n'
    text += "".join(menu.format(n, n + 1) for n in range(4000))
    text += '[menus.m4000]\ngreeting = "sound:x"\n'
    text += "".join(ring.format(n, n, (n + 1) % 3000) for n in range(3000))
    office = parse_office(text)

    started = time.process_time()
    (circle,) = check(office)
    assert time.process_time() - started < 5
    assert circle.where == "employees.0.forward"


def test_a_dialled_extension_leads_out() -> None:
    text = OFFICE.replace(
        'greeting = "sound:hello"',
        'greeting = "sound:hello"\ndirect_dial = true\ndefault = { action = "repeat" }',
    ).replace('1 = { action = "ring", employee = "101" }', "")
    assert [line[:7] for line in found("", text)] == ["warning"]


def test_forwarding_in_a_circle() -> None:
    circle = """
    [employees.101.forward]
    busy = { action = "ring", employee = "102" }
    [employees.102]
    name = "Борис"
    endpoint = "PJSIP/102"
    [employees.102.forward]
    no_answer = { action = "ring", employee = "103" }
    [employees.103]
    name = "Вера"
    endpoint = "PJSIP/103"
    [employees.103.forward]
    always = { action = "ring", employee = "101" }
    """
    assert found(circle) == [
        "error: employees.101.forward: a call is forwarded in a circle: 101 → 102 → 103 → 101"
    ]
    assert found(circle.replace('action = "ring", employee = "101"', 'action = "nothing"')) == []
    assert found('[employees.101.forward]\nbusy = { action = "ring", employee = "101" }') == [
        "error: employees.101.forward: a call is forwarded in a circle: 101 → 101"
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("ring_timeout = 0", "employees.101.ring_timeout"),
        (
            '[employees.101.forward]\nno_answer = { action = "voicemail", after = 0 }',
            "employees.101.forward.no_answer.after",
        ),
        ("[voicemail]\nsilence_seconds = 0", "voicemail.silence_seconds"),
        ('[menus.b]\ngreeting = "sound:x"\ntimeout = 0', "menus.b.timeout"),
        ('[menus.b]\ngreeting = "sound:x"\ndigit_timeout = 0', "menus.b.digit_timeout"),
        (
            '[menus.b]\ngreeting = "sound:x"\n'
            'default = { action = "ring", employee = "101", timeout = 0 }',
            "menus.b.default.timeout",
        ),
    ],
)
def test_times_of_zero(text: str, where: str) -> None:
    assert f"error: {where}: must be more than 0 seconds" in found(text)


def test_limits_that_contradict_each_other() -> None:
    assert found("[voicemail]\nmin_seconds = 20\nmax_seconds = 10") == [
        "error: voicemail.min_seconds: the minimum (20 s) must be below the maximum (10 s)"
    ]
    assert found("[voicemail]\nsilence_seconds = 30\nmax_seconds = 30") == [
        "warning: voicemail.silence_seconds: silence never ends a message: max_seconds comes first"
    ]


def test_one_number_in_two_spellings() -> None:
    number = '[numbers]\n"8 495 123-45-67" = { voicemail = true }'
    assert found("", OFFICE.replace("[numbers]", number)) == [
        "error: numbers.74951234567: is the same number as 8 495 123-45-67"
    ]


def test_one_number_of_two_people() -> None:
    text = """
    numbers = ["101", "79161234567"]
    [employees.102]
    name = "Борис"
    endpoint = "PJSIP/102"
    numbers = ["101", "8 916 123-45-67"]
    """
    assert found(text) == [
        "error: employees.102.numbers: 101 belongs to employee 101 too",
        "error: employees.102.numbers: 8 916 123-45-67 belongs to employee 101 too",
    ]


def test_keys_that_are_the_beginning_of_something_longer() -> None:
    direct = OFFICE.replace('"sound:hello"', '"sound:hello"\ndirect_dial = true')
    late = "warning: menus.main.keys.1: works 2 s late: the caller may go on to 101"
    assert found("", direct) == [late]
    hidden = direct.replace("[menus.main.keys]", '[menus.main.keys]\n101 = { action = "hangup" }')
    assert found("", hidden) == [
        "warning: menus.main.keys.101: hides the extension 101, which cannot be dialled here",
        late,
    ]


def test_what_can_do_nothing() -> None:
    assert found(
        '[employees.101.forward]\nalways = { action = "voicemail" }\nbusy = { action = "nothing" }'
    ) == ["warning: employees.101.forward: the other rules never apply beside “always”"]
    keys = """[menus.main.keys]
    2 = { action = "dial", number = "8 495 123-45-67" }
    3 = { action = "ring", employee = "101", no_answer = { action = "hangup" } }
    4 = { action = "ring", employees = ["101", "101"] }
    """
    assert found("", OFFICE.replace("[menus.main.keys]\n", keys)) == [
        "error: menus.main.keys.4: names an employee twice",
        "warning: menus.main.keys.2: 84951234567 is the company's own number",
        "warning: menus.main.keys.3.no_answer: is not used: a single employee's own forwarding"
        " rules decide",
    ]


def test_a_problem_tells_its_code_and_values_to_whoever_reads_a_log() -> None:
    problem = wrong("no-menu", "menus.main.default", name="hours")
    assert str(problem) == "menus.main.default: no-menu name=hours"
