"""What a document selects is worked out once, and no more of it is kept than is said."""

from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLArgument,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    build_schema,
    execute,
    parse,
)

from execution.executor import BreadthFirstExecutor
from execution.plan import KEPT_FORMS, Plans

SCHEMA = build_schema("type Query { a: String b: Query }")


ROOT = {"a": "x", "b": {"a": "y"}}


class Planned(BreadthFirstExecutor):
    """The executor with plans of its own."""


def ask(text: Any, **variables: Any) -> Any:
    document = parse(text) if isinstance(text, str) else text
    found = execute(SCHEMA, document, ROOT, variable_values=variables, executor_class=Planned)
    assert isinstance(found, ExecutionResult)
    assert found.errors is None
    return found.data


def forms(document: DocumentNode) -> int:
    """In how many forms a document's operation is kept."""
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    return Planned.plans.forms(operation)


def test_no_more_plans_are_kept_than_the_limit() -> None:
    Planned.plans = Plans(kept=3)
    documents = [parse(f"{{ n{number}: a }}") for number in range(10)]
    for document in documents:
        ask(document)
    assert len(Planned.plans) == 3


def test_what_was_used_last_stays() -> None:
    Planned.plans = Plans(kept=2)
    first, second, third = (parse(f"{{ n{number}: a }}") for number in range(3))
    ask(first)
    ask(second)
    ask(first)
    ask(third)
    assert [forms(document) for document in (first, second, third)] == [1, 0, 1]


def test_each_form_of_a_document_has_a_plan_of_its_own() -> None:
    Planned.plans = Plans()
    document = parse("query ($b: Boolean!) { a b @include(if: $b) { a @skip(if: $b) } }")
    assert ask(document, b=True) == {"a": "x", "b": {}}
    assert ask(document, b=False) == {"a": "x"}
    assert ask(document, b=True) == {"a": "x", "b": {}}
    assert forms(document) == 2


def test_of_a_document_with_many_forms_some_are_kept() -> None:
    Planned.plans = Plans()
    names = [f"v{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: a @include(if: ${name})" for name in names)
    document = parse(f"query ({declared}) {{ {fields} }}")
    for bits in range(64):
        chosen = {name: bool(bits >> place & 1) for place, name in enumerate(names)}
        assert ask(document, **chosen) == {name: "x" for name in names if chosen[name]}
    assert forms(document) == KEPT_FORMS


def test_plans_are_dropped_by_how_much_they_hold() -> None:
    Planned.plans = Plans(most_fields=60)
    names = " ".join(f"f{number}: b {{ a }}" for number in range(10))
    documents = [parse(f"query Q{number} {{ {names} }}") for number in range(6)]
    for document in documents:
        assert ask(document) == {f"f{number}": {"a": "y"} for number in range(10)}
    # Twenty fields each: what is below is planned after the room was made.
    assert [forms(document) for document in documents] == [0, 0, 0, 1, 1, 1]
    large = parse("{ " + " ".join(f"f{number}: a" for number in range(100)) + " }")
    assert len(ask(large)) == 100
    assert [forms(document) for document in (*documents, large)] == [0] * 6 + [1]


def test_a_condition_that_is_no_boolean_is_planned_as_it_is_taken() -> None:
    Planned.plans = Plans()
    document = parse("query ($when: [Boolean]) { a b @include(if: $when) { a } }")
    for given, shown in (([], {"a": "x"}), ([True], {"a": "x", "b": {"a": "y"}})):
        usual = execute(SCHEMA, document, ROOT, variable_values={"when": given})
        assert isinstance(usual, ExecutionResult)
        assert usual.data == shown
        assert ask(document, when=given) == shown


def test_one_document_may_be_asked_of_two_schemas() -> None:
    def schema(word: str) -> GraphQLSchema:
        field = GraphQLField(GraphQLString, resolve=lambda *_: word)
        return GraphQLSchema(GraphQLObjectType("Query", {"word": field}))

    document, left, right = parse("{ word }"), schema("left"), schema("right")
    answers = [execute(asked, document, executor_class=Planned) for asked in (left, right, left)]
    assert [answer.data for answer in answers if isinstance(answer, ExecutionResult)] == [
        {"word": "left"},
        {"word": "right"},
        {"word": "left"},
    ]


def counting_words() -> tuple[GraphQLSchema, list[str]]:
    """A scalar that tells which words it has read, and a resolver that changes its lists."""
    told: list[str] = []

    def read(value: object) -> str:
        told.append(str(value))
        return str(value)

    def said(_root: object, _info: object, one: str = "", many: list[str] | None = None) -> str:
        many = [] if many is None else many
        many.append(one)
        return " ".join(many)

    word = GraphQLScalarType("Word", coerce_input_value=read)
    arguments = {
        "one": GraphQLArgument(word, default_value="none"),
        "many": GraphQLArgument(GraphQLList(word)),
    }
    query = GraphQLObjectType("Query", {"said": GraphQLField(GraphQLString, arguments, said)})
    return GraphQLSchema(query), told


def test_what_is_written_in_a_document_is_read_once_and_what_variables_hold_every_time() -> None:
    schema, told = counting_words()
    document = parse(
        "query ($x: Word = x) { a: said b: said(one: y) c: said(one: $x) d: said(many: [z, $x]) }"
    )
    told.clear()
    answers = []
    for number in range(3):
        found = execute(
            schema, document, variable_values={"x": f"v{number}"}, executor_class=Planned
        )
        assert isinstance(found, ExecutionResult)
        assert found.errors is None
        answers.append(found.data)

    assert answers == [
        {"a": "none", "b": "y", "c": f"v{number}", "d": f"z v{number} none"} for number in range(3)
    ]
    assert (told.count("y"), told.count("z")) == (1, 3)
