"""A filter that names nothing in reach is refused, so that nobody takes it for good news."""

from pathlib import Path
from typing import Any

import pytest

from tests.exchange.feeds import EAST, WEST, learner, registration, send, ulns
from tests.graph.watching import GUEST, SUPPORT, WESTERN, World

LISTS = ("learners", "issues", "declarations")
COUNTS = ("completion", "flagCounts", "issueCounts")
BELOW = ("learners", "issues", "completion", "issueCounts")
ABSENT = "99999"
NO_CENTRE = "There is no centre with this number that you may see here."
NO_CONSORTIUM = "There is no consortium with this code in your reach."
NO_LINE = "There is no line of learning with this code."
NO_LEVEL = "There is no Diploma level with this code."

WHOLE = f"""
query ($filter: LearnerFilter) {{
  {" ".join(f"{name}(filter: $filter) {{ totalCount }}" for name in (*LISTS, *COUNTS))}
  deadlines(filter: $filter) {{ on learnerCount }}
}}
"""
FIELDS = (*LISTS, *COUNTS, "deadlines")


def refused(path: list[str], field: str, message: str) -> dict[str, Any]:
    """An error as it stands in an answer."""
    return {"message": message, "path": path, "extensions": {"code": "NOT_FOUND", "field": field}}


def told(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The errors of an answer, without the places in the document."""
    return [{k: v for k, v in one.items() if k != "locations"} for one in answer["errors"]]


@pytest.mark.parametrize(
    ("wanted", "field", "message"),
    [
        ({"centres": [ABSENT]}, "centres", NO_CENTRE),
        ({"centres": [EAST]}, "centres", NO_CENTRE),
        ({"centres": [ABSENT, EAST]}, "centres", NO_CENTRE),
        ({"centres": [WEST], "consortium": "NOWHERE"}, "consortium", NO_CONSORTIUM),
        ({"consortium": "EASTERN"}, "consortium", NO_CONSORTIUM),
        ({"consortium": ""}, "consortium", NO_CONSORTIUM),
        ({"lines": ["ENGINERING"]}, "lines", NO_LINE),
        ({"levels": ["HIGHEST"], "lines": ["ENGINEERING"]}, "levels", NO_LEVEL),
    ],
)
async def test_a_condition_that_names_nothing_in_reach_is_refused_at_every_list_and_count(
    world: World, wanted: dict[str, Any], field: str, message: str
) -> None:
    async with world.database.transaction() as connection:
        await connection.execute("INSERT INTO consortium (code, name) VALUES ('EASTERN', 'East')")
        await connection.execute(
            "INSERT INTO consortium_centre (consortium_id, centre_id)"
            " SELECT k.id, c.id FROM consortium k, centre c"
            " WHERE k.code = 'EASTERN' AND c.number = ?",
            EAST,
        )
    answer = await world.ask(WESTERN, WHOLE, filter=wanted)

    assert answer["data"] == dict.fromkeys(FIELDS)
    assert told(answer) == [refused([name], field, message) for name in FIELDS]


async def test_whoever_sees_everything_is_told_the_same_of_what_is_not_there(world: World) -> None:
    answer = await world.ask(SUPPORT, WHOLE, filter={"centres": [ABSENT]})

    assert told(answer) == [refused([name], "centres", NO_CENTRE) for name in FIELDS]


async def test_an_answer_that_stands_tells_which_names_it_is_not_about(world: World) -> None:
    caller = await world.caller(WESTERN)
    mixed = {
        "centres": [ABSENT, WEST, EAST],
        "lines": ["ENGINEERING", "X"],
        "levels": ["HIGHER", "Y", "ADVANCED"],
    }
    whole = {"centres": [WEST], "lines": ["ENGINEERING"], "levels": ["HIGHER", "ADVANCED"]}
    first = (await caller.response(WHOLE, filter=mixed)).json()
    second = (await caller.response(WHOLE, filter=whole)).json()

    assert first["data"] == second["data"]
    assert first["data"]["learners"]["totalCount"] > 0
    assert "errors" not in first
    assert "warnings" not in second["extensions"]
    expected = (
        ("centres", "2 of these 3 are no centres", [0, 2]),
        ("lines", "1 of these 2 is no line", [1]),
        ("levels", "1 of these 3 is no level", [1]),
    )
    assert first["extensions"]["warnings"] == [
        {
            "message": f"{words} in your reach; the answer is about the others.",
            "path": [name],
            "code": "NOT_FOUND",
            "field": field,
            "positions": positions,
        }
        for name in FIELDS
        for field, words, positions in expected
    ]


@pytest.mark.parametrize("name", BELOW)
async def test_below_centres_it_is_told_once_however_many_there_are(
    world: World, name: str
) -> None:
    query = (
        "query ($filter: LearnerFilter) { centres { nodes { number"
        f" found: {name}(filter: $filter) {{ totalCount }} }} }} }}"
    )
    caller = await world.caller(SUPPORT)
    answer = (await caller.response(query, filter={"centres": [WEST, ABSENT]})).json()
    strange = await caller.ask(query, filter={"lines": ["X"]})

    counts = {node["number"]: node["found"] for node in answer["data"]["centres"]["nodes"]}
    assert counts[WEST]["totalCount"] > 0
    assert counts[EAST] == {"totalCount": 0}
    (warning,) = answer["extensions"]["warnings"]
    assert warning["path"] == ["centres", "nodes", "found"]
    assert warning["positions"] == [1]
    (error,) = strange["errors"]
    assert error["extensions"] == {"code": "NOT_FOUND", "field": "lines"}


async def test_a_line_that_only_registrations_know_is_one_for_those_who_see_them(
    world: World, tmp_path: Path
) -> None:
    feed = {
        "learners.csv": [learner("odd", ulns(901)[-1], "New", "Zebra")],
        "registrations.csv": [
            registration("R-odd", "odd", EAST) | {"line": "BREWING", "level": "MASTER"}
        ],
    }
    await send(world.database, tmp_path / "odd", feed)
    query = "query ($filter: LearnerFilter) { learners(filter: $filter) { totalCount } }"
    for wanted in ({"lines": ["BREWING"]}, {"levels": ["MASTER"]}):
        found = await world.data(SUPPORT, query, filter=wanted)
        strange = await world.ask(WESTERN, query, filter=wanted)
        (field,) = wanted

        assert found == {"learners": {"totalCount": 1}}
        assert told(strange) == [
            refused(["learners"], field, NO_LINE if field == "lines" else NO_LEVEL)
        ]


async def test_histories_centres_and_candidates_refuse_such_names_too(world: World) -> None:
    of_changes = "query ($n: [CentreNumber!]) { changes(filter: {centres: $n}) { totalCount } }"
    of_centres = "query ($c: String) { centres(filter: {consortium: $c}) { totalCount } }"
    of_courses = """
    query ($line: CourseCode!, $centre: CentreNumber!) {
      declarationCandidates(
        line: $line, level: HIGHER, centre: $centre, component: PROJECT, qan: "500/1234/5"
      ) { learners { totalCount } }
    }
    """
    absent, strange = [await world.ask(WESTERN, of_changes, n=[one]) for one in (ABSENT, EAST)]
    assert absent == strange
    assert told(absent) == [refused(["changes"], "centres", NO_CENTRE)]

    answer = await world.ask(GUEST, of_centres, c="NOWHERE")
    assert told(answer) == [refused(["centres"], "consortium", NO_CONSORTIUM)]
    assert (await world.data(GUEST, of_centres, c="GATES"))["centres"] == {"totalCount": 1}

    answer = await world.ask(WESTERN, of_courses, line="X", centre=WEST)
    assert told(answer) == [refused(["declarationCandidates"], "line", NO_LINE)]
    found = await world.data(WESTERN, of_courses, line="HOSPITALITY", centre=WEST)
    assert found["declarationCandidates"]["learners"] == {"totalCount": 0}


async def test_a_name_is_not_repeated_by_what_is_told_of_it(world: World) -> None:
    secret = "ANNA_ASH_1993"
    caller = await world.caller(WESTERN)
    for wanted in ({"lines": [secret]}, {"lines": ["ENGINEERING", secret]}, {"consortium": secret}):
        assert secret not in (await caller.response(WHOLE, filter=wanted)).text
