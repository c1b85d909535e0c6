"""The letter with a code, by which somebody shows that an address is theirs."""

from __future__ import annotations

from storage.notifications.own_address import Code
from storage.office import Company
from storage.text import printable
from web.language.texts import texts
from web.letters.letter import LONGEST_SUBJECT, Letter
from web.templating import template


def confirmation(code: Code, company: Company, link: str) -> Letter:
    """The letter; ``link`` leads to the page on which the code is typed, and does nothing."""
    language = code.language or company.language
    subject = texts(language).gettext("Confirm your address")
    values = {
        "what": subject,
        "code": f"{code.code[:4]} {code.code[4:]}",
        "person": printable(code.person),
        "extension": code.extension,
        "company": company,
        "link": link,
    }
    return Letter(
        subject=subject[:LONGEST_SUBJECT],
        text=template("letters/confirmation.txt", language).render(values),
        html=template("letters/confirmation.html", language).render(values),
    )
