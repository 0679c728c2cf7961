"""Support texts and terms over the graph: nodes, and shown where a write comes too late."""

from typing import Any

from tests.exchange.feeds import WEST
from tests.factories import add_user
from tests.graph.watching import OPERATOR, WESTERN, World

SET = """
mutation ($input: SupportTextSetInput!) {
  supportTextSet(input: $input) {
    __typename
    ... on SupportText { id version title }
    ... on Conflict { current { __typename id ... on SupportText { version title body } } }
    ... on Problem { code field }
  }
}
"""
REMOVE = SET.replace("supportTextSet", "supportTextRemove").replace("TextSet", "TextRemove")
REMOVE = REMOVE.replace("    ... on SupportText { id version title }\n", "")
CONFLICT = "... on Conflict { code current { ... on Terms { version title } } }"
ACCEPT = f'mutation {{ termsAccept(input: {{version: "0"}}) {{ {CONFLICT} }} }}'
PUBLISH = f"""
mutation {{
  termsPublish(input: {{version: "1", title: "New", body: "Be kind."}}) {{ {CONFLICT} }}
}}
"""
NODE = "query ($id: ID!) { node(id: $id) { __typename ... on SupportText { key title } } }"


async def test_a_late_write_of_a_text_is_answered_with_the_text_as_it_is(world: World) -> None:
    wanted: dict[str, Any] = {"kind": "HELP", "key": "why", "title": "Why?", "body": "Because."}

    async def write(**more: Any) -> dict[str, Any]:
        answer = await world.data(OPERATOR, SET, input={**wanted, **more})
        found: dict[str, Any] = answer["supportTextSet"]
        return found

    first = await write()
    assert (first["__typename"], first["version"]) == ("SupportText", 1)
    second = await write(title="Why not?", expectedVersion=1)
    assert (second["id"], second["version"]) == (first["id"], 2)

    now = {
        "__typename": "SupportText",
        "id": first["id"],
        "version": 2,
        "title": "Why not?",
        "body": "Because.",
    }
    for late in (None, 1):
        answer = await write(title="Never", expectedVersion=late)
        assert answer == {
            "__typename": "Conflict",
            "current": now,
            "code": "CONFLICT",
            "field": "expectedVersion",
        }
    late_removal = {"kind": "HELP", "key": "why", "expectedVersion": 1}
    answer = await world.data(OPERATOR, REMOVE, input=late_removal)
    assert answer["supportTextRemove"]["current"] == now


async def test_a_text_is_a_node_for_everybody_who_logged_in(world: World) -> None:
    topics = await world.data(WESTERN, "{ helpTopics { id key title } }")
    for topic in topics["helpTopics"]:
        found = await world.data(WESTERN, NODE, id=topic["id"])
        expected = {name: topic[name] for name in ("key", "title")}
        assert found == {"node": {"__typename": "SupportText", **expected}}


async def test_a_refusal_of_terms_shows_those_that_hold(world: World) -> None:
    current = (await world.data(WESTERN, "{ currentTerms { version title } }"))["currentTerms"]
    assert current["version"] == "1"

    late = await world.data(WESTERN, ACCEPT)
    again = await world.data(OPERATOR, PUBLISH)

    assert late["termsAccept"] == {"code": "TERMS_OUTDATED", "current": current}
    assert again["termsPublish"] == {"code": "TERMS_PUBLISHED", "current": current}


async def test_those_who_have_yet_to_accept_the_terms_are_shown_them(world: World) -> None:
    await add_user(world.database, "new@example.org", WEST, terms=False)

    late = await world.data("new@example.org", ACCEPT)

    assert late["termsAccept"]["current"]["version"] == "1"
