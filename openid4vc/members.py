"""Reading the members of a JSON object from outside: the type that is expected, or the error of the object's module.

Unknown members are ignored by not being read (OpenID4VCI and OpenID4VP say so for every object of theirs).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from openid4vc.errors import ProtocolError
from openid4vc.strict_json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Members:
    """An object and the error that says a member of it (by name) is not what it should be."""

    values: JsonObject
    fault: Callable[[str], ProtocolError]

    @classmethod
    def of(cls, value: JsonValue, name: str, fault: Callable[[str], ProtocolError]) -> "Members":
        """The members of `value`, which must be an object."""
        if not isinstance(value, dict):
            raise fault(name)
        return cls(value, fault)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, *, max_length: int = 4096) -> str:
        """A string that is not empty or blank."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > max_length:
            raise self.fault(name)
        return value

    def optional_text(self, name: str, *, max_length: int = 4096) -> str | None:
        """As `text`, or None when the member is absent; null is not absence."""
        return self.text(name, max_length=max_length) if name in self.values else None

    def optional_texts(self, name: str, *, max_items: int = 256) -> tuple[str, ...] | None:
        """An array with at least one string, none twice; None when absent."""
        if name not in self.values:
            return None
        values = self.values[name]
        if not isinstance(values, list) or not 0 < len(values) <= max_items:
            raise self.fault(name)
        if not all(isinstance(value, str) and value.strip() for value in values) or len(set(values)) != len(values):
            raise self.fault(name)
        return tuple(values)

    def texts(self, name: str, *, max_items: int = 256) -> tuple[str, ...]:
        """As `optional_texts`, and the member is required."""
        values = self.optional_texts(name, max_items=max_items)
        if values is None:
            raise self.fault(name)
        return values

    def optional_integer(self, name: str, *, least: int, most: int) -> int | None:
        """An integer within limits, or None when absent."""
        if name not in self.values:
            return None
        value = self.values[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.fault(name)
        return value

    def boolean(self, name: str, *, absent: bool) -> bool:
        """true or false; `absent` is what the specification says of a missing member."""
        value = self.values.get(name, absent)
        if not isinstance(value, bool):
            raise self.fault(name)
        return value

    def object(self, name: str) -> "Members":
        """The members of a member, which must be an object."""
        return Members.of(self.values.get(name), name, self.fault)

    def objects(self, name: str, *, max_items: int = 256) -> tuple["Members", ...]:
        """The members of each element of an array with at least one element; () when absent."""
        if name not in self.values:
            return ()
        values = self.values[name]
        if not isinstance(values, list) or not 0 < len(values) <= max_items:
            raise self.fault(name)
        return tuple(Members.of(value, name, self.fault) for value in values)

    def one_of(self, name: str, allowed: Collection[str], *, absent: str) -> str:
        """One of a closed set of strings; `absent` is what the specification says of a missing member."""
        value = self.values.get(name, absent)
        if not isinstance(value, str) or value not in allowed:
            raise self.fault(name)
        return value
