"""An office as a TOML document: reading it, with every mistake in it, and writing it."""

from pathlib import Path
from typing import Any, Final, TypeVar

import tomlkit
from pydantic import ValidationError
from tomlkit.items import Array, InlineTable, Table

from storage.errors import ConfigError
from storage.office.any_action import StrictModel
from storage.office.mistakes import mistakes
from storage.office.model import Forward, Office
from storage.office.notify import STORED, AnyDestination
from storage.office.secrets import hidden_value
from storage.text import shown
from storage.toml import parse_toml, read_toml

P = TypeVar("P", bound=StrictModel)

_NOT_WRITTEN: Final = {"audio", "no_answer_after"}


def read_office(path: Path) -> Office:
    """The office written in a file; ConfigError says what is wrong with it."""
    return parse_office(read_toml(path))


def parse_office(text: str) -> Office:
    """The office a TOML text describes; ConfigError carries every mistake."""
    data = parse_toml(text)
    _refuse_audio(data)
    return _validated(data)


def revalidated(office: Office) -> Office:
    """The office, after changes made by copying, which pydantic does not look at; ConfigError."""
    return _validated(office.model_dump(warnings=False))


def stored_office(text: str) -> Office:
    """An office from the JSON that was kept of it. Raises ValidationError."""
    return Office.model_validate_json(text, context=STORED)


def make_part(kind: type[P], **fields: object) -> P:
    """A part of an office from values that are not known to be right; ConfigError."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise ConfigError.of(mistakes(error, fields)) from error


def _validated(data: dict[str, Any]) -> Office:
    try:
        return Office.model_validate(data)
    except ValidationError as error:
        raise ConfigError.of(mistakes(error, data)) from error


def dump_office(office: Office) -> str:
    """The office as a TOML text that `parse_office` reads back as the same office.

    Secrets are hidden: see `storage.office.secrets`.
    """
    document = tomlkit.document()
    for section, value in as_data(office).items():
        document[section] = _table(value, inline=section == "numbers")
    return tomlkit.dumps(document)


def as_data(part: StrictModel) -> dict[str, Any]:
    """A part as it is written in the document; what is not set is left out, secrets are hidden."""
    content: dict[str, Any] = {}
    if isinstance(part, AnyDestination):
        content[part.kind] = part.address  # first, as it says what it is
    compact = "action" in type(part).model_fields or isinstance(part, AnyDestination)
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if value is None or name in _NOT_WRITTEN:
            continue
        if compact and name != "action" and value == field.default:
            continue
        content[name] = hidden_value(name, value) if isinstance(value, str) else _plain(value)
    if isinstance(part, Forward) and part.no_answer and part.no_answer_after is not None:
        content["no_answer"]["after"] = part.no_answer_after
    return content


def _plain(value: Any) -> Any:
    if isinstance(value, StrictModel):
        return as_data(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _table(content: dict[str, Any], *, inline: bool = False) -> Table:
    """A TOML table; actions inside it, or everything if `inline`, stand on one line each."""
    tables = content and all(isinstance(v, dict) and "action" not in v for v in content.values())
    table = tomlkit.table(is_super_table=bool(tables) and not inline)
    # A value after a sub-table would belong to the sub-table: values first.
    for key, value in sorted(content.items(), key=lambda item: _is_table(item[1])):
        if not isinstance(value, dict):
            table[key] = _lines(value) if key == "notify" else value
        elif inline or "action" in value:
            table[key] = _inline(value)
        elif value:
            table[key] = _table(value)
    return table


def _lines(entries: list[dict[str, Any]]) -> Array:
    array = tomlkit.array().multiline(multiline=True)
    for entry in entries:
        array.append(_inline(entry))
    return array


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and "action" not in value


def _inline(content: dict[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in content.items():
        table[key] = _inline(value) if isinstance(value, dict) else value
    return table


def _refuse_audio(data: dict[str, Any]) -> None:
    """`audio` is ours to set: what a person wrote there would be played unchecked."""
    prompts = data.get("prompts")
    for name, prompt in prompts.items() if isinstance(prompts, dict) else ():
        if isinstance(prompt, dict) and "audio" in prompt:
            raise ConfigError("unknown-key", f"prompts.{shown(name)}", key="audio")
