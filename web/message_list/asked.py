"""The list of messages that a visitor's address asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from web.message_list.address import Listing, listing_in, lone_month
from web.visit import Visit


def asked_listing(visit: Visit) -> Listing:
    """The choices in the address. A month without a year is that of the newest year that has it."""
    listing = listing_in(visit.query)
    month = lone_month(visit.query)
    if not month:
        return listing
    months = visit.services.messages.months(
        visit.scope, box=listing.box, employee=listing.employee or None
    )
    this_year = f"{datetime.now(ZoneInfo(visit.timezone)).year}-{month}"
    newest = next((period for period, _ in months if period[5:] == month), this_year)
    return replace(listing, period=newest)
