"""A company with people, messages and destinations, on either database, and workers for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.pool import QueuePool

from notifications.sending import Sending
from notifications.worker import Worker
from storage.database.delivery_tables import DeliveryRow
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from storage.notifications.delivery import Delivery, State
from storage.notifications.queue import Deliveries
from storage.office import Office
from storage.office.edit import with_entry, with_fields
from storage.office.notify import AnyDestination, Event, MailDestination, WebhookDestination
from storage.settings import ChatSettings
from storage.settings_sections import MailSettings, WebhookSettings
from tests.notifications.bot_api import BotApi
from tests.notifications.mail_server import MailServer
from tests.notifications.receiver import SECRET, Receiver
from tests.waiting import until
from tests.web.conftest import COMPANY, NOBODY, NUMBER, OTHER_NUMBER, Front

WEB_URL = "https://voice.example"
OF_MESSAGES: tuple[Event, ...] = (
    *("message.kept", "message.heard", "message.deleted", "message.restored"),
)


@dataclass
class House:
    """The company, and where its letters and webhooks go."""

    front: Front
    server: MailServer
    receiver: Receiver
    api: BotApi | None = None

    @property
    def queue(self) -> Deliveries:
        return self.front.installation.deliveries

    def tell(
        self, *destinations: AnyDestination, of: str | None = None, company: str = COMPANY
    ) -> None:
        """Have them told of an extension's messages, or of the company's; and nobody else."""

        def told(office: Office) -> Office:
            if of is None:
                box = office.voicemail.model_copy(update={"notify": destinations})
                return with_fields(office, voicemail=box)
            who = office.employees[of].model_copy(update={"notify": destinations})
            return with_fields(office, employees=with_entry(office.employees, of, who))

        self.front.services.offices.edit(company, told, by=NOBODY)

    def receive(self, of: str | None = None, company: str = COMPANY) -> str:
        """A message is kept; its id."""
        site = self.front.services.offices.site(company)
        number = NUMBER if company == COMPANY else OTHER_NUMBER
        box = company_mailbox(site, number) if of is None else employee_mailbox(site, of)
        return self.front.receive(box)

    def deliveries(self, state: State | None = None) -> list[Delivery]:
        """What there is to be sent, or was, oldest first."""
        return self.queue.list(state=state, limit=None)[::-1]

    def states(self) -> list[str]:
        return [each.state for each in self.deliveries()]

    def taken(self) -> list[str]:
        """The ids of deliveries that some worker has in hand, or had when it died."""
        is_taken = DeliveryRow.taken_until.is_not(None)
        with self.front.installation.database.reading() as session:
            return list(session.scalars(select(DeliveryRow.id).where(is_taken)))

    def worker(self) -> Worker:
        """One more worker."""
        app = self.front.installation
        sending = Sending(
            messages=app.messages,
            mail=MailSettings(url=self.server.url("?starttls=never")),
            webhooks=WebhookSettings(allow="127.0.0.0/8"),
            web_url=WEB_URL,
            own=app.own_addresses,
            chat=ChatSettings(telegram_url=self.api.url) if self.api else ChatSettings(),
        )
        return Worker(app.database, app.offices, app.deliveries, sending)

    @asynccontextmanager
    async def working(self, workers: int = 1) -> AsyncIterator[None]:
        """So many workers, until the end; they must not have died."""
        tasks = [asyncio.create_task(self.worker().run()) for _ in range(workers)]
        try:
            yield
            assert not any(task.done() for task in tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._nobody_asks_the_database()

    async def _nobody_asks_the_database(self) -> None:
        """Wait for threads, which nothing cancels: nothing may be closed under them."""
        await asyncio.to_thread(int)
        pool = self.front.installation.database._engine.pool
        assert isinstance(pool, QueuePool)
        await until(lambda: pool.checkedout() == 0)

    async def all_are(self, *states: State) -> None:
        """Wait until the deliveries, oldest first, are in these states."""
        try:
            await until(lambda: self.states() == list(states))
        except TimeoutError:
            raise AssertionError(self.deliveries()) from None

    async def all_were_tried(self, times: int = 1) -> None:
        """Wait until each delivery was tried that often, in vain."""
        await until(
            lambda: (
                bool(found := self.deliveries())
                and all(each.tries >= times and each.answer for each in found)
            )
        )

    def hook(
        self, path: str = "/", secret: str = SECRET, *, events: tuple[Event, ...] = OF_MESSAGES
    ) -> WebhookDestination:
        """A webhook to the receiver, told of everything that happens to messages."""
        url = self.receiver.url(path)
        return WebhookDestination(webhook=url, secret=secret, events=events)


def letters_to(address: str, **options: object) -> MailDestination:
    """Letters there, of new messages."""
    return MailDestination.model_validate({"mail": address, **options})
