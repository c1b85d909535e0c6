"""The command line as a whole: help, the home, exit codes, and errors in one plain sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.commands.conftest import OFFICE, Voicepost


def commands(
    group: click.Group = main, names: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command, with the words by which it is called."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        yield (*names, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*names, name))


ALL = dict(commands())
every_command = pytest.mark.parametrize("words", sorted(ALL), ids=" ".join)


def run(*words: str, **environment: str) -> Result:
    """The command, as a person calls it; stdout and stderr apart."""
    return CliRunner().invoke(main, list(words), env={"VOICEPOST_HOME": None, **environment})


def assert_one_sentence(result: Result, code: int = 1) -> str:
    """It failed with this code and said why: one line on stderr, no traceback."""
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert "Traceback" not in line
    return line


# -- help --------------------------------------------------------------------------------------


def test_help_lists_everything() -> None:
    printed = run("--help").stdout
    listed = {line.split()[0] for line in printed.partition("Commands:")[2].splitlines() if line}
    shown = {words[0] for words, command in ALL.items() if len(words) == 1 and not command.hidden}
    assert listed == shown
    assert {"serve", "calls", "agi", "try", "messages", "config", "sandbox"} <= listed


@every_command
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert ALL[words].help, "a command without a word about what it does"
    for parameter in ALL[words].params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, f"{parameter.opts[0]} is not explained"


def test_the_version() -> None:
    assert "version" in run("--version").stdout


# -- the home ----------------------------------------------------------------------------------


@pytest.fixture
def two_homes(tmp_path: Path) -> tuple[Path, Path]:
    """Two installations on one machine, each with a company of its own."""
    homes = []
    for name in ("Ромашка", "Василёк"):
        home = Voicepost(tmp_path / name)
        home.apply(OFFICE.replace("Ромашка", name))
        homes.append(home.home)
    return homes[0], homes[1]


def test_the_home_stands_before_a_command_or_behind_it(two_homes: tuple[Path, Path]) -> None:
    romashka, vasilek = map(str, two_homes)
    for words in (
        ("--home", vasilek, "companies", "list"),
        ("companies", "--home", vasilek, "list"),
        ("companies", "list", "--home", vasilek),
        ("--home", romashka, "companies", "list", "--home", vasilek),
    ):
        printed = run(*words).stdout
        assert "Василёк" in printed
        assert "Ромашка" not in printed


def test_the_home_comes_from_the_environment_unless_it_is_named(
    two_homes: tuple[Path, Path],
) -> None:
    romashka, vasilek = map(str, two_homes)
    assert "Ромашка" in run("companies", "list", VOICEPOST_HOME=romashka).stdout
    named = run("companies", "list", "--home", vasilek, VOICEPOST_HOME=romashka)
    assert "Василёк" in named.stdout


def test_help_makes_no_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run("--home", str(home), "messages", "list", "--help")
    assert not home.exists()


# -- errors ------------------------------------------------------------------------------------

NOBODY = "01920000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "words",
    [
        ("messages", "show", NOBODY),
        ("messages", "show", "../../etc/passwd"),
        ("messages", "download", NOBODY, "--out", "nowhere.wav"),
        ("messages", "delete", NOBODY, "--yes"),
        ("messages", "play", NOBODY),
        ("messages", "list", "--month", "2026-13"),
        ("employees", "remove", "999"),
        ("menus", "show", "nosuch"),
        ("numbers", "remove", "70000000000"),
        ("prompts", "remove", "nosuch"),
        ("config", "show", "--company", "Лютик"),
        ("config", "apply", "nosuch.toml"),
        ("try", "70000000000"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_said_in_one_sentence(
    office: Voicepost, words: tuple[str, ...]
) -> None:
    result = run("--home", str(office.home), *words)
    if result.exit_code == 2:
        assert result.stdout == ""
        assert "Usage:" in result.stderr, "2 is for wrong use, which is explained"
    else:
        assert_one_sentence(result)


@pytest.mark.parametrize(
    "words",
    [
        ("messages", "list", "--nosuch"),
        ("nosuch",),
        ("messages", "nosuch"),
        ("messages", "show"),
        ("messages", "list", "--limit", "many"),
        ("messages", "list", "--box", "somebody"),
        ("completion", "cmd.exe"),
        ("try", "1", "--hang-up-at", "0"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = run("--home", str(tmp_path), *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "content",
    [
        b"this is no toml",
        b"[sandbox]\nsip_port = 70000\n",
        b"[sandbox]\nsip_prot = 5060\n",
        b'[log]\nlevel = "loud"\n',
        b"\xff",
        b"\xff\xfe\0",
        b'[audio]\nurl = "ftp://example.org"\n',
    ],
    ids=["no TOML", "bad port", "unknown key", "bad level", "no text", "half a text", "bad scheme"],
)
def test_a_broken_settings_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "voicepost.toml").write_bytes(content)
    assert_one_sentence(run("--home", str(tmp_path), "messages", "list"))


def test_a_broken_variable(tmp_path: Path) -> None:
    result = run("--home", str(tmp_path), "messages", "list", VOICEPOST_SANDBOX__SIP_PORT="five")
    assert "sandbox.sip_port" in assert_one_sentence(result)


def test_a_broken_office_is_refused_with_a_sentence_for_each_mistake(office: Voicepost) -> None:
    before = office("config", "show")
    wrong = office.home / "wrong.toml"
    wrong.write_text(OFFICE.replace('"ring"', '"rign"').replace("PJSIP/101", "no phone"))
    said = office.refused("config", "apply", str(wrong)).splitlines()
    assert len(said) == 2
    assert all(line.startswith("Error: ") for line in said)
    assert office("config", "show") == before


@pytest.mark.parametrize("make", ["folder", "garbage", "no way there"])
def test_a_database_that_cannot_be_opened(tmp_path: Path, make: str) -> None:
    database = tmp_path / "voicepost.db"
    url = f"sqlite:///{database}"
    if make != "folder":
        database.touch(mode=0o640)  # a service says that it closes what is open
    if make == "folder":
        database.mkdir()
    elif make == "garbage":
        database.write_bytes(b"this is no database, however long one looks at it" * 100)
    else:
        database.write_bytes(b"")
        url = f"sqlite:///{database}/inside/voicepost.db"
    for words in (("messages", "list"), ("companies", "list"), ("agi",), ("serve",)):
        result = run("--home", str(tmp_path / "home"), *words, VOICEPOST_DATABASE__URL=url)
        assert_one_sentence(result)


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert_one_sentence(run("--home", str(tmp_path / "file" / "home"), "messages", "list"))


def test_a_database_of_an_unknown_kind(tmp_path: Path) -> None:
    result = run("--home", str(tmp_path), "messages", "list", VOICEPOST_DATABASE__URL="nosuch://x")
    assert "database.url" in assert_one_sentence(result)


def test_calls_without_a_password_for_asterisk(tmp_path: Path) -> None:
    """In a process of its own: a role counts from its beginning to the end of its process."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", "--home", str(tmp_path), "calls"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "asterisk.password" in done.stderr
    assert len(done.stderr.splitlines()) == 1


# -- as a program ------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_for_each_shell(shell: str) -> None:
    script = run("completion", shell).stdout
    assert "_VOICEPOST_COMPLETE" in script
    assert "voicepost" in script


def test_what_a_shell_is_offered_to_complete() -> None:
    environment = {"_VOICEPOST_COMPLETE": "bash_complete", "COMP_CWORD": "2"}
    offered = subprocess.run(
        [program()],
        env={**os.environ, **environment, "COMP_WORDS": "voicepost messages d"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {line.partition(",")[2] for line in offered.splitlines()} == {"delete", "download"}


def test_a_reader_who_goes_away_is_no_error_worth_a_traceback(office: Voicepost) -> None:
    """`voicepost config show | head -0`."""
    process = subprocess.Popen(
        [program(), "--home", str(office.home), "config", "show"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    with process.stderr:
        assert b"Traceback" not in process.stderr.read()
    process.wait()


def test_errors_of_the_program_itself_go_to_stderr_with_code_1(tmp_path: Path) -> None:
    ended = subprocess.run(
        [program(), "--home", str(tmp_path), "messages", "show", NOBODY],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Error: ")
    assert ended.stderr.count("\n") == 1


def program() -> str:
    """The command beside the interpreter that runs these tests."""
    return str(Path(sys.executable).with_name("voicepost"))
