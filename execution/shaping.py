"""Objects with their plain fields, made by code that is written for a selection."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from keyword import iskeyword
from types import CodeType
from typing import Any, Final, NamedTuple, TypeAlias, cast

from graphql import GraphQLOutputType, is_list_type, is_non_null_type

from execution.declared import Attribute, Each, reader
from execution.leaves import Names, code_for

LISTS: Final = frozenset({list, tuple})

Shape: TypeAlias = Callable[[Sequence[Any]], list[dict[str, Any]]]
"""Sources in, an object for each out."""


class Always(NamedTuple):
    """A field that is the same text on all objects."""

    text: str


class Plain(NamedTuple):
    """A field that is read off its source and sent: a leaf, or lists of them."""

    way: Attribute | Each | Always
    type: GraphQLOutputType


def written(fields: Mapping[str, Plain | None]) -> Shape:
    """What makes objects with these keys; None for a field that is not plain, which is null.

    It raises whatever comes of it where any value cannot be sent.

    Values are read, tested and put into a dict without a call for each of them.
    Keys are names of the language, and in the code they are nothing but literals. Attributes are
    those of the schema, and all else stands in the code by a number.
    """
    names: Names = {"lists": LISTS, "wrong": _wrong}
    lines: list[str] = []
    pairs: list[str] = []
    for number, (key, plain) in enumerate(fields.items()):
        value = "None"
        if plain is not None:
            value = f"v{number}"
            lines += (f"        {value} = {one}" for one in _read(value, number, plain, names))
        pairs.append(f"{key!r}: {value}")
    text = "\n".join(
        (
            "def shape(sources):",
            "    objects = []",
            "    for source in sources:",
            *lines,
            f"        objects.append({{{', '.join(pairs)}}})",
            "    return objects",
        )
    )
    exec(_compiled(text), names)  # noqa: S102 - see above
    return cast("Shape", names["shape"])


@lru_cache(maxsize=128)
def _compiled(text: str) -> CodeType:
    """Documents that ask for the same in other words share their code.

    One with 80 fields takes 32 kB, and as long as to validate them.
    """
    return compile(text, "<selection>", "exec")


def _read(value: str, number: int, plain: Plain, names: Names) -> Sequence[str]:
    """What is assigned to `value`, one after the other."""
    way = plain.way
    if isinstance(way, Always):
        return (repr(way.text),)
    if isinstance(way, Attribute) and _is_plain_code(way.attribute):
        read = f"source.{way.attribute}"
    else:
        names[f"read{number}"] = reader(way)
        read = f"read{number}(source)"
    return read, _sent(value, number, plain.type, names)


def _is_plain_code(attribute: str) -> bool:
    """Whether code reads it by this very name."""
    names = attribute.split(".")
    return attribute.isascii() and all(n.isidentifier() and not iskeyword(n) for n in names)


def _sent(value: str, number: int, type_: GraphQLOutputType, names: Names) -> str:
    """The expression of a value as it is sent; raises where it is none of the type."""
    nullable = not is_non_null_type(type_)
    inner: Any = type_ if nullable else type_.of_type  # type: ignore[union-attr]  # not null
    if is_list_type(inner):
        item = _sent("item", number, inner.of_type, names)
        sent = f"[{item} for item in {value}] if type({value}) in lists else wrong({value})"
    else:
        sent = code_for(inner, value, number, names)
    return f"None if {value} is None else {sent}" if nullable else sent


def _wrong(value: object) -> None:
    message = f"{value!r} is no list."
    raise TypeError(message)
