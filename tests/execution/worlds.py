"""Random schemas, random documents for them, and values that depend on nothing but a number."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    is_composite_type,
    is_leaf_type,
)

from execution.declared import Attribute, Batch, Declared, Each, declare

OBJECTS = ("A", "B", "C")
SHARED = "common"
DAY = GraphQLScalarType("Day", coerce_output_value=date.isoformat)


class Thing:
    """A value of an object type; all that is below it follows from its number."""

    def __init__(self, type_name: str, number: int) -> None:
        self.type_name = type_name
        self.number = number

    def __getattr__(self, name: str) -> Any:
        fields = self.__dict__.get("fields")
        if fields is None or name not in fields:
            raise AttributeError(name)
        return fields[name](self)


class World:
    """A schema made from a seed."""

    def __init__(self, seed: int, *, asynchronous: bool, faults: float) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.asynchronous = asynchronous
        self.faults = faults
        self.enum = GraphQLEnumType("Colour", {"RED": "red", "BLUE": "blue"})
        self.interface = GraphQLInterfaceType(
            "Named", lambda: {SHARED: GraphQLField(GraphQLString)}, resolve_type=self._type_of
        )
        self.readers: dict[str, dict[str, Callable[[Thing], Any]]] = {}
        self.objects = {name: self._object(name) for name in OBJECTS}
        self.union = GraphQLUnionType(
            "Any", [self.objects["A"], self.objects["B"]], resolve_type=self._type_of
        )
        self.named: list[Any] = [
            GraphQLInt,
            GraphQLString,
            self.enum,
            DAY,
            *self.objects.values(),
            self.interface,
            self.union,
        ]
        self.fields = {name: self._fields(name) for name in ("Query", *OBJECTS)}
        query = GraphQLObjectType("Query", self.fields["Query"])
        self.schema = GraphQLSchema(query, types=list(self.objects.values()))
        for type_ in (query, *self.objects.values()):
            for name, field in type_.fields.items():
                self._behave(type_.name, name, field)

    def root(self) -> Thing:
        """What the query stands on."""
        return self._thing("Query", self.seed)

    # Types -----------------------------------------------------------------------------------

    def _object(self, name: str) -> GraphQLObjectType:
        def is_type_of(value: Any, _info: Any) -> bool:
            return getattr(value, "type_name", None) == name

        asks = self.random.random() < 0.5
        interfaces = [self.interface] if name != "C" else []
        return GraphQLObjectType(
            name,
            lambda: self.fields[name],
            interfaces=interfaces,
            is_type_of=is_type_of if asks else None,
        )

    def _fields(self, owner: str) -> dict[str, GraphQLField]:
        arguments = {"n": GraphQLArgument(GraphQLInt, default_value=0)}
        fields = {
            f"f{number}": GraphQLField(
                self._wrapped(self.random.choice(self.named)),
                args=arguments if self.asks_with_arguments(owner, f"f{number}") else None,
            )
            for number in range(self.random.randint(2, 5))
        }
        if owner in ("A", "B"):
            fields[SHARED] = GraphQLField(GraphQLString)
        return fields

    def _wrapped(self, type_: Any) -> Any:
        for _ in range(self.random.choice((0, 0, 0, 1, 1, 2))):
            if self.random.random() < 0.3:
                type_ = GraphQLNonNull(type_)
            type_ = GraphQLList(type_)
        return GraphQLNonNull(type_) if self.random.random() < 0.3 else type_

    def _type_of(self, value: Any, _info: Any, _type: Any) -> Any:
        if not self._async_here(value.number):
            return value.type_name

        async def later() -> str:
            return str(value.type_name)

        return later()

    # Values ----------------------------------------------------------------------------------

    def _thing(self, type_name: str, number: int) -> Thing:
        thing = Thing(type_name, number)
        thing.__dict__["fields"] = self.readers.get(type_name, {})
        return thing

    def _async_here(self, number: int) -> bool:
        return self.asynchronous and number % 3 == 0

    def _value(self, chance: random.Random, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
            if chance.random() >= self.faults:
                return self._some(chance, type_)
        elif chance.random() < 0.15:
            return None
        if chance.random() < self.faults:
            return chance.choice((None, ValueError("returned"), object(), "fault", 1 << 31))
        return self._some(chance, type_)

    def _some(self, chance: random.Random, type_: Any) -> Any:
        if isinstance(type_, GraphQLList):
            items = [self._value(chance, type_.of_type) for _ in range(chance.randint(0, 3))]
            return tuple(items) if chance.random() < 0.2 else items
        if type_ is GraphQLInt:
            return chance.choice((chance.randint(-5, 5), True, 2.0))
        if type_ is GraphQLString:
            return chance.choice(("x", "", "y" * 3, 7))
        if type_ is DAY:
            return chance.choice((date(2010, 2, 19), date(2010, 3, 1), datetime(2010, 2, 19, 8)))  # noqa: DTZ001
        if type_ is self.enum:
            return chance.choice(("red", "blue"))
        names = {"Named": ("A", "B"), "Any": ("A", "B")}.get(type_.name, (type_.name,))
        return self._thing(chance.choice(names), chance.getrandbits(30))

    def _answer(self, owner: str, name: str, type_: Any, thing: Any, n: int | None) -> Any:
        if not isinstance(thing, Thing):  # a fault: told in the words of an attribute's absence
            message = f"{type(thing).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)  # noqa: TRY004
        chance = random.Random(f"{self.seed} {owner}.{name} {thing.number} {n}")
        if chance.random() < self.faults:
            message = f"{owner}.{name} raised"
            raise ValueError(message)
        return self._value(chance, type_)

    # Ways of answering -------------------------------------------------------------------------

    def _behave(self, owner: str, name: str, field: GraphQLField) -> None:
        def resolve(thing: Any, _info: Any, n: int | None = 0) -> Any:
            return self._answer(owner, name, field.type, thing, n)

        async def resolve_later(thing: Any, info: Any, n: int | None = 0) -> Any:
            return resolve(thing, info, n)

        def read(thing: Any) -> Any:
            return resolve(thing, None)

        self.readers.setdefault(owner, {})[name] = read
        later = self.asynchronous and self.random.random() < 0.4
        field.resolve = resolve_later if later else resolve
        ways: list[Attribute | Each | Batch | None] = [None, Batch(self._batch(field, later=later))]
        if not later and not self.asks_with_arguments(owner, name):
            ways += [Attribute(name), Each(read)]
            if self.random.random() < 0.2:
                field.resolve = None  # what graphql-core does then reads it, absence as null
                return
        way = self.random.choice(ways)
        if way is not None:
            declare(field, Declared(way))

    def _batch(self, field: GraphQLField, *, later: bool) -> Callable[..., Any]:
        resolve: Callable[..., Any] = field.resolve or (lambda *_: None)

        def tried(thing: Any, info: Any, n: int | None) -> Any:
            try:
                return resolve(thing, info, n)
            except Exception as error:  # noqa: BLE001 - what a batch raises fails all of its level
                return error

        def answer(things: Sequence[Any], info: Any, n: int | None = 0) -> list[Any]:
            return [tried(thing, info, n) for thing in things]

        async def answer_later(things: Sequence[Any], info: Any, n: int | None = 0) -> list[Any]:
            found = (resolve(thing, info, n) for thing in things)
            return await asyncio.gather(*found, return_exceptions=True)

        return answer_later if later else answer

    def asks_with_arguments(self, owner: str, name: str) -> bool:
        """Whether documents hand arguments to the field."""
        return random.Random(f"{self.seed} {owner} {name} arguments").random() < 0.4

    # Documents ---------------------------------------------------------------------------------

    def document(self, seed: int) -> str:
        """A valid query, with fragments, aliases, arguments and directives."""
        chance = random.Random(seed)
        fragments: list[str] = []
        selected = self._selected(chance, "Query", 3, fragments)
        always = "used: __typename @include(if: $yes) @skip(if: $no)"
        head = "query ($yes: Boolean! = true, $no: Boolean! = false)"
        return "\n".join((f"{head} {{ {always} {selected[1:]}", *fragments))

    def _selected(
        self, chance: random.Random, type_name: str, depth: int, fragments: list[str]
    ) -> str:
        parts = ["__typename"] if chance.random() < 0.3 else []
        fields: dict[str, GraphQLField] = {}
        if type_name == "Named":
            fields = {SHARED: GraphQLField(GraphQLString)}
        elif type_name != "Any":
            fields = self.fields[type_name]
        for number in range(chance.randint(1, 3)):
            if fields:
                parts.append(self._asked(chance, type_name, fields, depth, number, fragments))
            within = {"Named": ("A", "B"), "Any": ("A", "B")}.get(type_name, (type_name,))
            if depth and chance.random() < 0.25:
                inner = chance.choice(within)
                below = self._selected(chance, inner, depth - 1, fragments)
                if chance.random() < 0.5:
                    parts.append(f"... on {inner} {self._directive(chance)} {below}")
                else:
                    name = f"Fragment{len(fragments)}x{chance.getrandbits(20)}"
                    fragments.append(f"fragment {name} on {inner} {below}")
                    parts.append(f"...{name}")
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def _asked(
        self,
        chance: random.Random,
        owner: str,
        fields: dict[str, GraphQLField],
        depth: int,
        number: int,
        fragments: list[str],
    ) -> str:
        name = chance.choice(sorted(fields))
        named: Any = fields[name].type
        while hasattr(named, "of_type"):
            named = named.of_type
        if is_leaf_type(named) or not depth:
            below = "" if is_leaf_type(named) else "{ __typename }"
        else:
            assert is_composite_type(named)
            below = self._selected(chance, named.name, depth - 1, fragments)
        arguments = ""
        if owner in self.fields and name != SHARED and self.asks_with_arguments(owner, name):
            arguments = f"(n: {chance.randint(0, 2)})"
        # Names that cannot clash: one that is asked twice is asked alike.
        alias = f"a{chance.getrandbits(30)}_{number}: "
        return f"{alias}{name}{arguments} {self._directive(chance)} {below}"

    def _directive(self, chance: random.Random) -> str:
        return chance.choice(
            ["", "", "", "@include(if: $yes)", "@skip(if: $no)", "@include(if: $no)"]
        )
