"""Every operation of the API, asked by everybody: who gets what is written down here."""

from __future__ import annotations

import dataclasses
import io
import wave
from typing import Any, NamedTuple

from starlette.testclient import TestClient

from storage.office.notify import MailDestination
from tests.web.api.front import API, UNKNOWN, script
from tests.web.conftest import NOBODY, NUMBER, Front
from tests.web.queued import queued

OPEN = (200, 200, 200, 200)
OWN = (200, 404, 200, 404)
"""Of a message that is Anna's, and her company's."""
ADMIN = (403, 403, 200, 200)
OURS = (403, 403, 200, 404)
"""Of something that is the company's, and not the rival's."""
HERS = (200, 404, 404, 404)
"""Of Anna's phone, which is nobody else's, whatever the role."""
NOT_BY_TOKEN = (403, 403, 403, 403)
NONE_HAS_IT = (404, 404, 404, 404)


class Row(NamedTuple):
    """An operation, a request for it, and what Anna, Boris, Olga and the rival get."""

    name: str
    method: str
    path: str
    answers: tuple[int, int, int, int]
    body: Any = None


ADDRESS = "me/phones/101/addresses/{address}"
SOUND = object()
"""Stands for a sound file in a form."""
VOICEMAIL = {"action": "voicemail"}
PEOPLE = ("boris", "rival", "anna", "olga")
"""In the order of asking: those come first who get least."""
COLUMN = {"anna": 0, "boris": 1, "olga": 2, "rival": 3}

MATRIX = (
    Row("list_messages", "GET", "messages", OPEN),
    Row("list_months", "GET", "messages/months", OPEN),
    Row("count_new_messages", "GET", "messages/new", OPEN),
    Row("export_messages", "GET", "messages/export?id={message}", OWN),
    Row("count_quiet_messages", "GET", "messages/quiet", OPEN),
    Row("accept_messages", "POST", "messages/accept", OWN, {"ids": ["{message}"]}),
    Row("accept_message", "POST", "messages/{message}/accept", OWN),
    Row("mark_messages", "POST", "messages/mark", OWN, {"ids": ["{message}"], "state": "new"}),
    Row("delete_messages", "POST", "messages/delete", OURS, {"ids": ["{message}"]}),
    Row("restore_messages", "POST", "messages/restore", OURS, {"ids": ["{message}"]}),
    Row("empty_trash", "POST", "messages/empty-trash", ADMIN),
    Row("hold_messages", "POST", "messages/hold", OURS, {"ids": ["{message}"], "reason": "7"}),
    Row("release_messages", "POST", "messages/release", OURS, {"ids": ["{message}"]}),
    Row("hold_message", "POST", "messages/{message}/hold", OURS, {"reason": "case 7"}),
    Row("release_message", "POST", "messages/{message}/release", OURS),
    Row("get_message", "GET", "messages/{message}", OWN),
    Row("mark_message", "PATCH", "messages/{message}", OWN, {"state": "heard"}),
    Row("get_audio", "GET", "messages/{message}/audio", OWN),
    Row("download_message", "GET", "messages/{message}/download", OWN),
    Row("get_waveform", "GET", "messages/{message}/waveform", OWN),
    Row("delete_message", "DELETE", "messages/{message}", (403, 403, 204, 404)),
    Row("restore_message", "POST", "messages/{message}/restore", OURS),
    Row("list_users", "GET", "users", ADMIN),
    Row(
        "create_user",
        "POST",
        "users",
        (403, 403, 201, 201),
        {"login": "made-by-{who}", "name": "N", "role": "employee"},
    ),
    Row("get_user", "GET", "users/{user}", OURS),
    Row("change_user", "PATCH", "users/{user}", OURS, {"name": "N"}),
    Row(
        "set_user_password",
        "PUT",
        "users/{user}/password",
        NOT_BY_TOKEN,
        {"password": "many green pears"},
    ),
    Row("create_user_link", "POST", "users/{user}/link", NOT_BY_TOKEN),
    Row("disable_user", "POST", "users/{user}/disable", OURS),
    Row("enable_user", "POST", "users/{user}/enable", NOT_BY_TOKEN),
    Row("delete_user", "DELETE", "users/{user}", (403, 403, 204, 404)),
    Row("list_employees", "GET", "employees", ADMIN),
    Row("put_employee", "PUT", "employees/109", ADMIN, {"name": "N"}),
    Row("get_employee", "GET", "employees/109", ADMIN),
    Row(
        "reassign_employee",
        "POST",
        "employees/109/reassign",
        (403, 403, 200, 200),
        {"name": "M", "messages": "keep"},
    ),
    Row("put_forward", "PUT", "employees/109/forward/busy", ADMIN, VOICEMAIL),
    Row("delete_forward", "DELETE", "employees/109/forward/busy", (403, 403, 204, 204)),
    Row("list_own_addresses", "GET", "employees/102/addresses", ADMIN),
    Row(
        *("delete_own_address", "DELETE", "employees/102/addresses/{theirs}"),
        answers=(403, 403, 204, 404),
    ),
    Row("get_pin", "GET", "employees/102/pin", ADMIN),
    Row("set_pin", "PUT", "employees/102/pin", NOT_BY_TOKEN, {"pin": "4711"}),
    Row("make_one_time_pin", "POST", "employees/102/pin/one-time", NOT_BY_TOKEN),
    Row("unlock_pin", "POST", "employees/102/pin/unlock", NOT_BY_TOKEN),
    Row("delete_pin", "DELETE", "employees/102/pin", (403, 403, 404, 404)),
    Row("delete_employee", "DELETE", "employees/109", (403, 403, 204, 204)),
    Row("list_menus", "GET", "menus", ADMIN),
    Row("put_menu", "PUT", "menus/extra", ADMIN, {"greeting": "sound:vm-intro"}),
    Row("get_menu", "GET", "menus/extra", ADMIN),
    Row("put_key", "PUT", "menus/extra/keys/5", ADMIN, VOICEMAIL),
    Row("delete_key", "DELETE", "menus/extra/keys/5", (403, 403, 204, 204)),
    Row("delete_menu", "DELETE", "menus/extra", (403, 403, 204, 204)),
    Row("list_prompts", "GET", "prompts", ADMIN),
    Row("say_prompt", "PUT", "prompts/extra/text", ADMIN, {"say": "Да."}),
    Row("import_prompt", "PUT", "prompts/extra/file", ADMIN, SOUND),
    Row("get_prompt", "GET", "prompts/extra", ADMIN),
    Row("get_prompt_audio", "GET", "prompts/extra/audio", ADMIN),
    Row("record_prompt", "POST", "prompts/extra/record", (403, 403, 202, 202), {"phone": "101"}),
    Row("delete_prompt", "DELETE", "prompts/extra", (403, 403, 204, 204)),
    Row("list_numbers", "GET", "numbers", ADMIN),
    Row("put_number", "PUT", f"numbers/{NUMBER}", (403, 403, 200, 422), {"voicemail": True}),
    Row("delete_number", "DELETE", f"numbers/{NUMBER}", (403, 403, 204, 404)),
    Row("get_mailbox", "GET", "mailbox", ADMIN),
    Row("put_mailbox", "PUT", "mailbox", ADMIN, {"max_seconds": 61}),
    Row("get_company", "GET", "company", OPEN),
    Row("get_allowance", "GET", "company/allowance", ADMIN),
    Row("put_company", "PUT", "company", ADMIN, {"self_service": True}),
    Row("list_problems", "GET", "problems", ADMIN),
    Row("list_audit", "GET", "audit", ADMIN),
    Row("list_lamps", "GET", "lamps", ADMIN),
    Row("list_deliveries", "GET", "deliveries", ADMIN),
    Row("get_delivery", "GET", "deliveries/{delivery}", OURS),
    Row("retry_delivery", "POST", "deliveries/{delivery}/retry", OURS),
    Row("cancel_delivery", "POST", "deliveries/{delivery}/cancel", OURS),
    Row("get_me", "GET", "me", OPEN),
    Row("change_me", "PATCH", "me", OPEN, {"language": "en"}),
    Row(
        "change_my_password",
        "PUT",
        "me/password",
        NOT_BY_TOKEN,
        {"current": "twelve green apples", "new": "many green pears"},
    ),
    Row("list_my_tokens", "GET", "me/tokens", OPEN),
    Row("create_my_token", "POST", "me/tokens", NOT_BY_TOKEN, {"name": "another"}),
    Row("delete_my_token", "DELETE", "me/tokens/{token}", (404, 404, 404, 404)),
    Row("list_my_sessions", "GET", "me/sessions", OPEN),
    Row("end_my_other_sessions", "DELETE", "me/sessions", (204, 204, 204, 204)),
    Row("end_my_session", "DELETE", f"me/sessions/{UNKNOWN}", NONE_HAS_IT),
    Row("list_my_phones", "GET", "me/phones", OPEN),
    Row("change_my_phone", "PATCH", "me/phones/101", HERS, {"ring_timeout": 9}),
    Row("import_my_greeting", "PUT", "me/phones/101/greeting", HERS, SOUND),
    Row("get_my_greeting", "GET", "me/phones/101/greeting", HERS),
    Row("record_my_greeting", "POST", "me/phones/101/greeting/record", (202, 404, 404, 404)),
    Row("list_my_addresses", "GET", "me/phones/101/addresses", HERS),
    Row("put_my_address", "POST", "me/phones/101/addresses", NOT_BY_TOKEN, {"mail": "a@b.example"}),
    Row("confirm_my_address", "POST", f"{ADDRESS}/confirm", NOT_BY_TOKEN, {"code": "1"}),
    Row("send_my_code", "POST", f"{ADDRESS}/code", NOT_BY_TOKEN),
    Row("delete_my_address", "DELETE", ADDRESS, (204, 404, 404, 404)),
    Row("get_my_pin", "GET", "me/phones/101/pin", HERS),
    Row("set_my_pin", "PUT", "me/phones/101/pin", NOT_BY_TOKEN, {"pin": "4711"}),
    Row("delete_my_greeting", "DELETE", "me/phones/101/greeting", (204, 404, 404, 404)),
)
# Tested on its own: who is let in never gets to the end of it.
ENDLESS = {"stream_events"}


def test_nothing_is_missing_here(front: Front) -> None:
    document = front.visitor().get(f"{API}/openapi.json").json()
    operations = {
        operation["operationId"]
        for operations in document["paths"].values()
        for operation in operations.values()
    }
    assert {row.name for row in MATRIX} == operations - ENDLESS


def test_everybody_gets_what_is_his(front: Front) -> None:
    front.services = dataclasses.replace(front.services, ring=lambda *_words: None)
    spare = front.services.users.add(
        company_id=front.site.company_id, login="spare", name="S", role="employee", by=NOBODY
    )
    foreign, _ = front.services.tokens.make(spare.id, "test", by=NOBODY)
    message = front.receive(front.box_of("101"))
    known = {
        "message": message,
        "user": spare.id,
        "token": foreign.id,
        "delivery": queued(front),
        "address": _own_address(front, "101"),
        "theirs": _own_address(front, "102"),
    }
    people = {login: script(front, login) for login in PEOPLE}
    nobody = TestClient(front.app, base_url=f"http://testserver{API}/")
    wrong = []
    for row in MATRIX:
        if (told := _ask(nobody, row, known, "")) != 401:
            wrong.append(f"{row.name}: nobody gets {told}, not 401")
        for login, client in people.items():
            told, right = _ask(client, row, known, login), row.answers[COLUMN[login]]
            if told != right:
                wrong.append(f"{row.name}: {login} gets {told}, not {right}")
    assert not wrong, "\n".join(wrong)


def test_by_a_token_for_reading_only_everybody_reads_and_nobody_changes(front: Front) -> None:
    front.services = dataclasses.replace(front.services, ring=lambda *_words: None)
    known = {
        "message": front.receive(front.box_of("101")),
        "user": front.user("boris").id,
        "token": UNKNOWN,
        "delivery": queued(front),
        "address": _own_address(front, "101"),
        "theirs": _own_address(front, "102"),
    }
    people = {login: script(front, login, read_only=True) for login in PEOPLE}
    full = {login: script(front, login) for login in PEOPLE}
    wrong = []
    for row in MATRIX:
        for login, client in people.items():
            right = _ask(full[login], row, known, login) if row.method == "GET" else 403
            if (told := _ask(client, row, known, login)) != right:
                wrong.append(f"{row.name}: {login} gets {told}, not {right}")
    assert not wrong, "\n".join(wrong)


def _own_address(front: Front, extension: str) -> str:
    """The id of an address that somebody has set."""
    addresses = front.services.own_addresses
    who = addresses.person(front.site.company_id, extension)
    assert who
    return addresses.put(who, MailDestination(mail="a@b.example"), by=NOBODY).id


def _ask(client: TestClient, row: Row, known: dict[str, str], login: str) -> int:
    names = {**known, "who": login or "nobody"}
    path = row.path.format(**names)
    if row.body is SOUND:
        return client.request(row.method, path, files={"file": ("a.wav", _tone())}).status_code
    return client.request(row.method, path, json=_filled(row.body, names)).status_code


def _filled(body: Any, names: dict[str, str]) -> Any:
    """The body with names put in."""
    if isinstance(body, dict):
        return {key: _filled(value, names) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, names) for value in body]
    return body.format(**names) if isinstance(body, str) else body


def _tone() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(8000)
        target.writeframes(b"\x00\x10\x00\xf0" * 4000)
    return file.getvalue()
