"""Limits of a document: of its text before parsing, of its fields before validation."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
)

from schema.documents import KEPT

LIMITS: Final[Mapping[str, tuple[int, str]]] = {
    "bytes": (20_000, "A document may have at most {} bytes."),
    "tokens": (2_000, "A document may have at most {} tokens."),
    "nesting": (40, "Brackets of a document may stand at most {} deep in each other."),
    "digits": (20, "A number may have at most {} digits."),
    "operations": (10, "A document may have at most {} operations."),
    "fragments": (50, "A document may have at most {} fragments."),
    "depth": (15, "Fields may stand at most {} deep in each other."),
    "fields": (
        1_000,
        "At most {} fields and fragments may be asked for, those inside fragments too.",
    ),
    "aliases": (50, "An operation may have at most {} aliases, those of fragments included."),
    "directives": (50, "A document may have at most {} directives, those of fragments included."),
    "values": (150, "An argument may have at most {} values in it; send more in a variable."),
    "mutations": (10, "An operation may ask for at most {} mutations."),
    "logIns": (1, "A document may log in at most {} time."),
    "repeats": (2_000, "A document asks for the same fields again and again; ask once for each."),
}
"""By the word that stands in the error: the most there may be, and the sentence that says so."""

LOG_IN: Final = "sessionLogIn"
INTROSPECTION: Final = frozenset({"__schema", "__type"})

_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\"""|\\|"(?!""))*+(?:"""|\Z)'  # a text of many lines, closed or not
    r'|"(?:[^"\\\n\r]|\\.)*+"?'  # a text
    r"|\#[^\n\r]*+"  # a comment
    r"|\.\.\.|\w++|[^\s,\ufeff]"  # words and signs; a number of several parts is more than one
)
_DIGITS: Final = LIMITS["digits"][0]
_OPENING: Final = frozenset("{[(")
_CLOSING: Final = frozenset("}])")


def exceeded(limit: str, asked: int, allowed: int, sentence: str) -> GraphQLError:
    """The refusal of what asks for too much: which limit, how much is asked for, the most."""
    told = {"code": "LIMIT_EXCEEDED", "limit": limit, "asked": asked, "allowed": allowed}
    return GraphQLError(sentence.format(allowed), extensions=told)


@lru_cache(maxsize=KEPT)
def check_text(text: str) -> None:
    """Refuse a document that is too much to be parsed, at a cost that its limits bound."""
    # Four bytes a character at most, so that what is far too long is not even encoded.
    for size in (len(text), len(text.encode("utf-8", "surrogatepass"))):
        _check("bytes", size)
    nested = 0
    for tokens, found in enumerate(_TOKEN.finditer(text), 1):
        _check("tokens", tokens)
        sign = found.group()
        if len(sign) > _DIGITS and sign.isdecimal():
            _check("digits", len(sign))
        if sign in _OPENING:
            nested += 1
            _check("nesting", nested)
        elif sign in _CLOSING:
            nested -= 1


def _check(limit: str, asked: int) -> None:
    allowed, sentence = LIMITS[limit]
    if asked > allowed:
        raise exceeded(limit, asked, allowed, sentence)


@dataclass(slots=True)
class Measure:
    """The size of a selection, each fragment counted as often as it is spread."""

    depth: int = 0
    roots: int = 0
    """Fields that stand at its top."""
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    values: int = 0
    """In the largest argument."""
    log_ins: int = 0
    introspects: bool = False

    def join(self, other: "Measure", *, below: bool = False) -> None:
        """Count what another selection asks for, beside this one or one level below it."""
        self.depth = max(self.depth, other.depth + below)
        self.roots += 0 if below else other.roots
        self.fields += other.fields
        self.aliases += other.aliases
        self.directives += other.directives
        self.values = max(self.values, other.values)
        self.log_ins += other.log_ins
        self.introspects |= other.introspects


class Measured(NamedTuple):
    """The result of measuring a document: the limit it exceeds, and whether it introspects."""

    error: GraphQLError | None
    introspects: bool


def measured(document: DocumentNode) -> Measured:
    """Measure a document, looking at each of its nodes once."""
    try:
        return Measured(None, _look(document))
    except GraphQLError as error:
        return Measured(error, introspects=False)


def _look(document: DocumentNode) -> bool:
    """Whether a document asks for the schema; raises what is too much of it."""
    definitions = document.definitions
    operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    fragments: dict[str, FragmentDefinitionNode] = {}
    _check("operations", len(operations))
    _check("fragments", len(definitions) - len(operations))
    for node in definitions:
        if isinstance(node, FragmentDefinitionNode):
            if node.name.value in fragments:
                message = f'There can be only one fragment named "{node.name.value}".'
                raise _invalid(message)
            fragments[node.name.value] = node
    known = _fragments(fragments)
    asked = [_operation(node, known) for node in operations]
    everything = [*asked, *known.values()]  # a fragment that nobody spreads is validated too
    for found in everything:
        for limit in ("depth", "fields", "aliases", "values"):
            _check(limit, getattr(found, limit))
    _check("directives", sum(found.directives for found in everything))
    _check("logIns", sum(found.log_ins for found in asked))
    for operation, found in zip(operations, asked, strict=True):
        if operation.operation is OperationType.MUTATION:
            _check("mutations", found.roots)
    for definition in (*operations, *fragments.values()):
        _check("repeats", _repeats([definition.selection_set], fragments))
    return any(found.introspects for found in everything)


def _invalid(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "GRAPHQL_INVALID"})


def _operation(node: OperationDefinitionNode, known: Mapping[str, Measure]) -> Measure:
    found = _selection(node.selection_set, known)
    found.directives += len(node.directives or ())
    for variable in node.variable_definitions or ():
        found.directives += len(variable.directives or ())
        found.values = max(found.values, _values(variable.default_value), _largest(variable))
    found.values = max(found.values, _largest(node))
    return found


def _selection(selected: SelectionSetNode, known: Mapping[str, Measure]) -> Measure:
    """What a selection asks for; the fragments in it were measured before."""
    total = Measure()
    for node in selected.selections:
        total.directives += len(node.directives or ())
        total.values = max(total.values, _largest(node))
        total.fields += 1
        if isinstance(node, FieldNode):
            total.depth = max(total.depth, 1)
            total.roots += 1
            total.aliases += node.alias is not None
            total.log_ins += node.name.value == LOG_IN
            total.introspects |= node.name.value in INTROSPECTION
            if node.selection_set is not None:
                total.join(_selection(node.selection_set, known), below=True)
        elif isinstance(node, FragmentSpreadNode):
            total.join(known.get(node.name.value, _NOTHING))
        elif isinstance(node, InlineFragmentNode):
            total.join(_selection(node.selection_set, known))
    return total


def _largest(node: Node) -> int:
    """How many values the largest argument of a node and of its directives has."""
    holders = (node, *(getattr(node, "directives", None) or ()))
    given = (argument for one in holders for argument in getattr(one, "arguments", None) or ())
    return max((_values(argument.value) for argument in given), default=0)


def _values(value: ValueNode | None) -> int:
    """How many values stand in a value; validation writes all of them into each of its faults."""
    number, waiting = -1, [value]
    while waiting:
        found = waiting.pop()
        number += 1
        if isinstance(found, ObjectValueNode):
            waiting += [field.value for field in found.fields]
        elif isinstance(found, ListValueNode):
            waiting += found.values
    return number


_NOTHING: Final = Measure()


def _fragments(fragments: Mapping[str, FragmentDefinitionNode]) -> dict[str, Measure]:
    """Every fragment measured once, after those it spreads; they may not go in a circle."""
    spread = {
        name: {inner for inner in _spreads(node.selection_set) if inner in fragments}
        for name, node in fragments.items()
    }
    known: dict[str, Measure] = {}
    while spread:
        ready = [name for name, inner in spread.items() if inner <= known.keys()]
        if not ready:
            message = f'Fragments may not go in a circle, as "{min(spread)}" does.'
            raise _invalid(message)
        for name in ready:
            known[name] = _selection(fragments[name].selection_set, known)
            known[name].directives += len(fragments[name].directives or ())
            known[name].values = max(known[name].values, _largest(fragments[name]))
            del spread[name]
    return known


def _spreads(selected: SelectionSetNode) -> Iterator[str]:
    for node in selected.selections:
        if isinstance(node, FragmentSpreadNode):
            yield node.name.value
        elif node.selection_set is not None:  # type: ignore[attr-defined]  # a field or a fragment
            yield from _spreads(node.selection_set)  # type: ignore[attr-defined]


def _repeats(
    selections: Sequence[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> int:
    """How many pairs of fields at the same place validation has to compare with each other.

    Looks at every field as often as it is asked for, which the limit of fields bounds.
    """
    places: dict[str, tuple[int, list[SelectionSetNode]]] = {}
    waiting = [*selections]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                count, below = places.get(key, (0, []))
                if node.selection_set is not None:
                    below = [*below, node.selection_set]
                places[key] = count + 1, below
            elif isinstance(node, FragmentSpreadNode):
                if (fragment := fragments.get(node.name.value)) is not None:
                    waiting.append(fragment.selection_set)
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
    return sum(
        count * (count - 1) // 2 + (_repeats(below, fragments) if below else 0)
        for count, below in places.values()
    )
