"""The OpenAPI document as people read it: sections of operations, and the shapes they speak of.

The document itself stays the truth; here it is put into the order of a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

Document = Mapping[str, Any]

_REFERENCE: Final = "#/components/schemas/"
_BOUNDS: Final = (
    *(("minimum", "at least {}"), ("maximum", "at most {}")),
    *(("minLength", "at least {} characters"), ("maxLength", "at most {} characters")),
    *(("minItems", "at least {} entries"), ("maxItems", "at most {} entries")),
)


@dataclass(frozen=True)
class Value:
    """A parameter, or a part of a shape: its name, what it can be, and what it means."""

    name: str
    kind: Markup
    meaning: Markup
    is_required: bool
    where: str = ""
    """Of a parameter: `path` or `query`."""


@dataclass(frozen=True)
class Operation:
    """Something that can be asked for. ``answers`` are pairs of a status and what comes with it."""

    name: str
    method: str
    path: str
    brief: Markup
    meaning: Markup
    parameters: tuple[Value, ...]
    body: Markup
    answers: tuple[tuple[str, Markup], ...]


@dataclass(frozen=True)
class Section:
    """Operations of one subject."""

    name: str
    meaning: Markup
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Shape:
    """An object of JSON, or another named value; then it has a ``kind``, and no parts."""

    name: str
    meaning: Markup
    parts: tuple[Value, ...]
    kind: Markup


@dataclass(frozen=True)
class Guide:
    """All of it."""

    meaning: Markup
    sections: tuple[Section, ...]
    shapes: tuple[Shape, ...]


def guide_to(document: Document) -> Guide:
    """The document, to be read."""
    operations = list(_operations(document))
    return Guide(
        _prose(document["info"].get("description", "")),
        tuple(
            Section(
                tag["name"],
                _prose(tag.get("description", "")),
                tuple(each for tags, each in operations if tag["name"] in tags),
            )
            for tag in document["tags"]
        ),
        tuple(_shape(*named) for named in sorted(document["components"]["schemas"].items())),
    )


def _operations(document: Document) -> Iterator[tuple[list[str], Operation]]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            text = told.get("description", "")
            yield (
                told["tags"],
                Operation(
                    name=told["operationId"],
                    method=method.upper(),
                    path=path,
                    brief=_inline(text.split("\n\n")[0]),
                    meaning=_prose("\n\n".join(text.split("\n\n")[1:])),
                    parameters=tuple(map(_parameter, told.get("parameters", ()))),
                    body=_content(told.get("requestBody", {})),
                    answers=tuple(_answers(told["responses"])),
                ),
            )


def _answers(responses: Document) -> Iterator[tuple[str, Markup]]:
    """What comes back; refusals, which all have one shape, in one line."""
    refusals = [status for status in responses if status.startswith(("4", "5"))]
    for status, told in responses.items():
        if status not in refusals:
            yield status, _content(told) or Markup("nothing")
    if refusals:
        yield ", ".join(sorted(refusals)), _link("Problem")


def _content(told: Document) -> Markup:
    """What a body is: `application/json` is said of none, as nearly all are."""
    kinds = [
        _kind(content.get("schema", {})) if mime == "application/json" else escape(mime)
        for mime, content in told.get("content", {}).items()
    ]
    return Markup(" or ").join(kinds)


def _parameter(told: Document) -> Value:
    schema = told.get("schema", {})
    return Value(
        told["name"],
        _kind(schema),
        _inline(told.get("description") or schema.get("description", "")),
        told.get("required", False),
        told["in"],
    )


def _shape(name: str, schema: Document) -> Shape:
    required = schema.get("required", ())
    parts = tuple(
        Value(part, _kind(told), _inline(told.get("description", "")), part in required)
        for part, told in schema.get("properties", {}).items()
    )
    return Shape(name, _prose(schema.get("description", "")), parts, _kind({**schema, "title": ""}))


def _kind(schema: Document) -> Markup:
    """What a value can be, in words; named shapes are links."""
    if "$ref" in schema:
        return _link(schema["$ref"].removeprefix(_REFERENCE))
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return Markup(" or ").join(map(_kind, schema[choice]))
    if "const" in schema:
        return _literal(schema["const"])
    if "enum" in schema:
        return Markup(" or ").join(map(_literal, schema["enum"]))
    match schema.get("type"):
        case "array":
            kind = Markup("list of {}").format(_kind(schema.get("items", {})))
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            kind = Markup("names with {}").format(_kind(schema["additionalProperties"]))
        case str(name):
            kind = escape(schema.get("format", name))
        case _:
            kind = Markup("anything")
    bounds = [escape(words.format(schema[key])) for key, words in _BOUNDS if key in schema]
    return Markup(", ").join([kind, *bounds])


def _literal(value: object) -> Markup:
    return Markup("<code>{}</code>").format(json.dumps(value, ensure_ascii=False).strip('"'))


def _link(name: str) -> Markup:
    return Markup('<a href="#shape-{name}">{name}</a>').format(name=name)


def _prose(text: str) -> Markup:
    """Paragraphs."""
    paragraphs = filter(None, map(str.strip, text.split("\n\n")))
    return Markup("").join(Markup("<p>{}</p>").format(_inline(part)) for part in paragraphs)


def _inline(text: str) -> Markup:
    """A text in which code stands between backticks."""
    parts = text.strip().split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
