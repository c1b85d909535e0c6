"""The numbers people dial, and where each call begins."""

from __future__ import annotations

from fastapi import APIRouter, Response

from storage.office import Office, Target, as_data
from storage.office.edit import as_written, entry, with_entry, with_fields, without_entry
from web.api.auth import Administrator
from web.api.office_schemas import DialledNumber, NumberEntry, Numbers
from web.api.paging import USUAL, Cursor, Limit, page_of
from web.api.problems import refusals

router = APIRouter(prefix="/numbers", tags=["company"])


@router.get("", responses=refusals(404), response_model_exclude_unset=True)
def list_numbers(who: Administrator, limit: Limit = USUAL, cursor: Cursor = None) -> Numbers:
    """The company's numbers."""
    office = who.office
    items, following = page_of(list(office.numbers), limit, cursor)
    return Numbers(items=[as_entry(office, number) for number in items], next=following)


@router.put("/{number}", responses=refusals(404, 413), response_model_exclude_unset=True)
def put_number(who: Administrator, number: DialledNumber, target: Target) -> NumberEntry:
    """Lead a number's calls to a menu, to an employee or to the voicemail."""

    def with_number(office: Office) -> Office:
        numbers = with_entry(office.numbers, as_written(office, number), target)
        return with_fields(office, numbers=numbers)

    return as_entry(who.edit(with_number), number)


@router.delete("/{number}", status_code=204, responses=refusals(404))
def delete_number(who: Administrator, number: DialledNumber) -> Response:
    """Take calls to a number no longer."""

    def without_number(office: Office) -> Office:
        written = as_written(office, number)
        return with_fields(office, numbers=without_entry(office.numbers, written, "number"))

    who.edit(without_number)
    return Response(status_code=204)


def as_entry(office: Office, number: str) -> NumberEntry:
    """A number as the API sends one. Raises NotFound."""
    written = as_written(office, number)
    target = entry(office.numbers, written, "number")
    company = office.company.name
    return NumberEntry.model_validate({"number": written, "company": company, **as_data(target)})
