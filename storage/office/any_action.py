"""What is to be known of an action, whichever it is: the class that all of them are made of.

Every action that is known stands in `ACTIONS`. Whoever reads, checks, spells, shows or performs
actions asks there, or what they have of their own for each name in it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

Usage = tuple[tuple[str, str], ...]
"""How something is written on the command line, and what that means."""
Named = tuple[Literal["menu", "employee", "number", "sound"], str]
"""Something that an action names, and what that is."""
Read = Callable[[list[str]], dict[str, Any]]
"""Reads the words of an action inside another one, as its table in the document."""


class StrictModel(BaseModel):
    """A frozen piece of the configuration; unknown keys and wrong types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AnyAction(StrictModel):
    """An action, and all that is to be known of it wherever it is not performed or shown."""

    action: str

    in_menus: ClassVar[bool] = True
    in_forwarding: ClassVar[bool] = False
    stays: ClassVar[bool] = False
    """Whether the caller is back in the same menu afterwards."""
    usage: ClassVar[Usage] = ()
    """Its words in a menu."""
    forward_usage: ClassVar[Usage] = ()
    """Its words in forwarding."""

    @classmethod
    def read(cls, words: list[str], _inner: Read | None, /) -> dict[str, Any] | None:
        """Its fields from the words after its name, right or wrong; None if that makes no sense.

        `_inner` reads an action inside this one; None if it would be too deep.
        """
        return None if words else {}

    @property
    def words(self) -> tuple[str, ...]:
        """The words after its name, which `read` reads."""
        return ()

    @property
    def named(self) -> tuple[Named, ...]:
        """What it names, in the order written; not what an action inside it does."""
        return ()

    @property
    def times(self) -> Mapping[str, float]:
        """Its fields that are seconds, and must not be zero."""
        return {}

    @property
    def inner(self) -> "Mapping[str, AnyAction]":
        """The actions inside it, by their fields."""
        return {}


A = TypeVar("A", bound=AnyAction)

ACTIONS: Final[dict[str, type[AnyAction]]] = {}
"""Every action by its name, in the order in which people are told of them."""


def known(kind: type[A]) -> type[A]:
    """Make an action known to all who ask for one."""
    ACTIONS[kind.model_fields["action"].default] = kind
    return kind


def named_by(action: AnyAction, what: str) -> Iterator[str]:
    """What of one kind an action names."""
    return (name for kind, name in action.named if kind == what)


@dataclass(frozen=True)
class OneOf:
    """To pydantic: one of the actions that are known when a model is built, told by `action`."""

    allowed: Callable[[type[AnyAction]], bool]

    def __get_pydantic_core_schema__(
        self, _source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        kinds: Any = [kind for kind in ACTIONS.values() if self.allowed(kind)]
        return handler.generate_schema(Annotated[reduce(or_, kinds), Field(discriminator="action")])
