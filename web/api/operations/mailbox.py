"""How a company's messages are taken, the company itself, and what is wrong with all of it."""

from __future__ import annotations

from fastapi import APIRouter

from storage.accounts.stale import account_problems
from storage.office import Company, Office, VoicemailSettings, as_data
from storage.office.edit import with_fields
from web.api.auth import Administrator, Anyone
from web.api.office_schemas import (
    AssignedNumber,
    CompanyAllowance,
    CompanySettings,
    ProblemEntry,
    ProblemList,
)
from web.api.problems import refusals
from web.language.problems import message

router = APIRouter(tags=["company"])


@router.get("/mailbox", responses=refusals(404), response_model_exclude_unset=True)
def get_mailbox(who: Administrator) -> VoicemailSettings:
    """How the company's messages are taken."""
    return _as_answer(who.office)


@router.put("/mailbox", responses=refusals(404, 413), response_model_exclude_unset=True)
def put_mailbox(who: Administrator, settings: VoicemailSettings) -> VoicemailSettings:
    """Change how messages are taken; what is not sent has its usual value, but `notify`, `letter`
    and `pin` stay."""

    def changed(office: Office) -> Office:
        unsent = {"notify", "letter", "pin"} - settings.model_fields_set
        kept = {name: getattr(office.voicemail, name) for name in unsent}
        return with_fields(office, voicemail=settings.model_copy(update=kept))

    return _as_answer(who.edit(changed))


@router.get("/company", responses=refusals(404))
def get_company(who: Anyone) -> Company:
    """The asking user's company."""
    return who.office.company


@router.put("/company", responses=refusals(404, 413))
def put_company(who: Administrator, settings: CompanySettings) -> Company:
    """Change the company's settings. Texts are spoken anew in a new language."""
    fields = settings.model_dump()
    office = who.edit(
        lambda office: with_fields(office, company=with_fields(office.company, **fields))
    )
    return office.company


@router.get("/company/allowance", responses=refusals(404))
def get_allowance(who: Administrator) -> CompanyAllowance:
    """What the server's administrator allows the company: phones, outside numbers, own numbers."""
    site = who.site
    return CompanyAllowance(
        endpoint_pattern=site.allowance.endpoint_pattern,
        endpoints=list(site.allowance.endpoints),
        allow=site.allowance.allow,
        numbers=[
            AssignedNumber(number=assigned.number, in_use=assigned.in_use)
            for assigned in who.services.allowances.assigned(site.company_id)
        ],
    )


@router.get("/problems", responses=refusals(404))
def list_problems(who: Administrator) -> ProblemList:
    """What is wrong with the configuration, or likely not meant; accounts bound to nobody."""
    stale = who.services.users.stale_bindings(who.user.company_id)
    return ProblemList(
        items=[
            ProblemEntry(severity=problem.severity, where=problem.where, message=message(problem))
            for problem in (*who.site.problems(), *account_problems(stale))
        ]
    )


def _as_answer(office: Office) -> VoicemailSettings:
    """The settings without what is not set, as `voicepost mailbox show --json` prints them."""
    return VoicemailSettings.model_validate(as_data(office.voicemail))
