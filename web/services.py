"""What the pages and the API work with: handed in, so that neither knows where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from storage.accounts.invitations import Invitations
from storage.accounts.pins import Pins
from storage.accounts.sessions import Sessions
from storage.accounts.tokens import Tokens
from storage.accounts.users import Users
from storage.audit import AuditLog
from storage.companies.allowances import Allowances
from storage.companies.store import Offices
from storage.messages.events import News
from storage.messages.repository import MessageRepository
from storage.notifications.lamps import Lamps
from storage.notifications.own_addresses import OwnAddresses
from storage.notifications.queue import Deliveries
from storage.office import Office
from storage.office.prompts import PromptLibrary
from storage.retention.retention import Retention
from web.http.hosts import Hosts


@dataclass(frozen=True)
class Services:
    """Everything behind the pages. All of it is synchronous and safe to use from many threads.

    ``ring`` rings a phone (an extension of the office, or a dial string) and has the call served
    as the words that follow say: ``ring(office, "101", "record-prompt", company_id, "greeting")``.
    It raises PhoneUnavailable or ExchangeUnavailable. A deleted message can be restored for
    ``trash_days``; what is probably empty lies aside for ``quiet_days``, where its box says
    nothing else. Without ``has_mail_server`` no letters are sent. ``hosts`` says under which names
    the pages are served, and what their links begin with.
    """

    messages: MessageRepository
    retention: Retention
    offices: Offices
    allowances: Allowances
    prompts: PromptLibrary
    users: Users
    sessions: Sessions
    tokens: Tokens
    invitations: Invitations
    pins: Pins
    audit: AuditLog
    news: News
    deliveries: Deliveries
    own_addresses: OwnAddresses
    lamps: Lamps
    ring: Callable[[Office, str, str, str, str], None]
    trash_days: int
    quiet_days: int
    hosts: Hosts
    has_mail_server: bool
