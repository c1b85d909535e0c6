"""Letters about what is no message: a full mailbox, a notification that did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.messages.message import Message
from storage.notifications.delivery import Delivery
from storage.office import Company
from storage.office.notify import Event
from storage.text import printable
from storage.words.mail_addresses import as_written
from web.language.answer_words import answer_in_words
from web.language.event_words import events_in_words
from web.language.texts import Language, texts
from web.language.words import full_time
from web.letters.harmless import harmless_row
from web.letters.letter import LONGEST_SUBJECT, Letter, what
from web.templating import template


@dataclass(frozen=True)
class Notice:
    """What is told: ``about`` whom, the ``facts`` with their names, and what to do about it."""

    event: Event
    about: str
    facts: Sequence[tuple[str, str]]
    advice: str = ""


def full_mailbox(name: str, most: int | None, language: Language) -> Notice:
    """That a mailbox has no room; ``name`` is the employee's, "" of the company's own."""
    say = texts(language).gettext
    whose = printable(name) or say("Company")
    facts = [(say("Mailbox"), whose)]
    if most is not None:
        facts.append((say("At most in one mailbox"), str(most)))
    advice = say("Callers can leave no more messages there until some are deleted.")
    return Notice("box.full", whose, facts, advice)


def failed_delivery(
    delivery: Delivery, whose: str, message: Message | None, company: Company
) -> Notice:
    """That something did not arrive: whose mailbox it told of, what of, to whom, and why.

    ``whose`` is an employee, "" the company itself; ``message`` is None where it was of none.
    """
    language = company.language
    say = texts(language).gettext
    to = printable(as_written(delivery.address))
    event = delivery.event
    facts = [
        (say("Mailbox"), printable(whose) or say("Company")),
        (say("About"), events_in_words(language).get(event, event)),
    ]
    if message is not None:
        row = harmless_row(message, language, company.timezone)
        environment = template("letters/notice.txt", language).environment
        when = full_time(environment, message.received_at, company.timezone)
        facts.append((say("From"), ", ".join(filter(None, (row.who, row.number)))))
        facts.append((say("When"), when))
    facts.append((say("Recipient"), to))
    if delivery.answer:
        answer = answer_in_words(delivery.answer, language)
        facts.append((say("Why"), printable(answer, 300)))
    return Notice("delivery.failed", to, facts)


def notice_letter(notice: Notice, company: Company, link: str) -> Letter:
    """The notice as a letter in the company's language."""
    language = company.language
    values = {
        "what": what(notice.event, language),
        "facts": notice.facts,
        "advice": notice.advice,
        "company": company,
        "link": link,
    }
    return Letter(
        subject=f"{what(notice.event, language)}: {notice.about}"[:LONGEST_SUBJECT],
        text=template("letters/notice.txt", language).render(values),
        html=template("letters/notice.html", language).render(values),
    )
