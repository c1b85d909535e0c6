"""Letters in a company's own words, on their way; where they cannot be made the usual ones go."""

from __future__ import annotations

from commands.doctor.notifications import notifications
from storage.letters import rendering
from storage.notifications.delivery import OWN_LETTER_FAILED
from storage.office import Office
from storage.office.edit import with_fields
from storage.office.model import LetterTemplate
from tests.notifications.house import House, letters_to
from tests.web.conftest import COMPANY, NOBODY

OURS = LetterTemplate(
    subject="{{ caller }}\r\nBcc: eve@example.com",
    text="{{ caller }}, {{ duration }}: {{ link }}",
    html="<i>{{ caller }}</i>",
)


def write(house: House, letter: LetterTemplate) -> None:
    def with_letter(office: Office) -> Office:
        voicemail = office.voicemail.model_copy(update={"letter": letter})
        return with_fields(office, voicemail=voicemail)

    house.front.services.offices.edit(COMPANY, with_letter, by=NOBODY)


async def test_people_get_the_companys_own_letter(house: House) -> None:
    write(house, OURS)
    house.tell(letters_to("anna@example.com", attach="wav"), of="101")
    message = house.receive("101")
    async with house.working():
        await house.all_are("sent")
    (letter,) = house.server.letters
    assert letter.to == ("anna@example.com",)
    assert letter.mail["Subject"] == "Иван Bcc: eve@example.com"
    assert letter.mail["Bcc"] is None
    assert letter.text().startswith("Иван, ")
    assert message in letter.text()
    assert letter.text("html").strip() == "<i>Иван</i>"
    assert len(list(letter.mail.iter_attachments())) == 1


async def test_where_it_cannot_be_made_the_usual_one_goes_and_it_is_told(house: House) -> None:
    hostile = "{% if caller == 'Иван' %}{% for i in range(10**9) %}{% endfor %}{% endif %}Text."
    write(house, OURS.model_copy(update={"text": hostile}))
    house.tell(letters_to("anna@example.com"), letters_to("vera@example.com"), of="101")
    house.receive("101")
    async with house.working():
        await house.all_are("sent", "sent")
    for letter in house.server.letters:
        assert letter.mail["Subject"] == "Новое голосовое сообщение: Иван"
        assert "Прослушать:" in letter.text()
    for delivery in house.deliveries():
        assert f"({OWN_LETTER_FAILED}: text: takes too much time or memory)" in delivery.answer
    found = notifications(house.front.installation)
    assert found.state == "warning"
    assert OWN_LETTER_FAILED in found.what
    rendering._too_much.clear()


async def test_what_is_no_message_is_told_in_the_usual_words(house: House) -> None:
    write(house, OURS)
    house.tell(letters_to("anna@example.com", events=["box.full"]), of="101")

    def limited(office: Office) -> Office:
        return with_fields(office, voicemail=with_fields(office.voicemail, max_messages=1))

    house.front.services.offices.edit(COMPANY, limited, by=NOBODY)
    house.receive("101")
    async with house.working():
        await house.all_are("sent")
    assert house.server.letters[0].mail["Subject"] == "Почтовый ящик заполнен: Анна Щукина"
