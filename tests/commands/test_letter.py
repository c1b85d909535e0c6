"""`voicepost mailbox letter`: letters in the company's own words, and how they read."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from tests.commands.conftest import Voicepost


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Templates of text and HTML."""
    text, html = tmp_path / "letter.txt", tmp_path / "letter.html"
    text.write_text("Вам {{ caller }}\n{{ link }}\n", "utf-8")
    html.write_text("<p>{{ caller }}</p>\n", "utf-8")
    return str(text), str(html)


def test_it_is_written_shown_previewed_and_taken_back(
    office: Voicepost, files: tuple[str, str]
) -> None:
    text, html = files
    subject = "{{ what }}: {{ caller }}"
    assert office.data("mailbox", "letter") is None
    assert "Новое голосовое сообщение: Иван Петров" in office("mailbox", "letter", "--preview")
    office("mailbox", "letter", "--subject", subject, "--text", text, "--html", html)
    assert office.data("mailbox", "letter") == {
        "subject": subject,
        "text": "Вам {{ caller }}\n{{ link }}\n",
        "html": "<p>{{ caller }}</p>\n",
    }
    assert "in its own words" in office("mailbox", "show")
    made = office.data("mailbox", "letter", "--preview")
    assert made["subject"] == "Новое голосовое сообщение: Иван Петров"
    assert made["text"].startswith("Вам Иван Петров\nhttp://127.0.0.1:8080/messages/")
    assert made["html"] == "<p>Иван Петров</p>"
    office("mailbox", "letter", "--subject", "Сообщение")
    assert office("mailbox", "letter").startswith("Сообщение\n\nВам {{ caller }}")
    office("mailbox", "letter", "--remove")
    assert office.data("mailbox", "letter") is None


def test_it_stands_in_the_file_and_comes_back_as_it_was(
    office: Voicepost, files: tuple[str, str]
) -> None:
    text, html = files
    office("mailbox", "letter", "--subject", 'a "b"', "--text", text, "--html", html)
    written = office("config", "show")
    assert "[voicemail.letter]" in written
    office("mailbox", "letter", "--remove")
    office.apply(written)
    assert office("config", "show") == written


def checked(office: Voicepost, file: Path) -> str:
    """What `config check` says of a file that is wrong."""
    told = ["--home", str(office.home), "config", "check", str(file)]
    result = CliRunner().invoke(main, told)
    assert result.exit_code == 1
    return result.output


def test_what_is_wrong_is_told(office: Voicepost, files: tuple[str, str], tmp_path: Path) -> None:
    text, html = files
    assert "--text and --html" in office.refused("mailbox", "letter", "--subject", "a", code=2)
    given = ("mailbox", "letter", "--text", text, "--html", html, "--subject")
    told = office.refused(*given, "{{ nobody }}")
    assert "voicemail.letter.subject: “nobody” is not known there (known: event, what," in told
    assert "takes too much time or memory" in office.refused(*given, "{{ 'x' * 10**10 }}")
    assert office.refused(*given, "a", "--remove", code=2)
    Path(text).write_bytes(b"\xff")
    assert "cannot read" in office.refused(*given, "a")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        '[company]\nname = "A"\n[voicemail.letter]\nsubject = "{{"\ntext = "a"\nhtml = "a"\n'
    )
    assert "voicemail.letter.subject: line 1:" in checked(office, wrong)
    wrong.write_text('[company]\nname = "A"\n[voicemail.letter]\nsubject = "a"\ntext = "a"\n')
    assert "voicemail.letter: html is missing" in checked(office, wrong)
