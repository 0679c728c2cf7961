"""Names in filters that stand for nothing in reach are warned of: an empty list is no good news."""

from pathlib import Path
from typing import Any

import pytest

from tests.exchange.feeds import EAST, WEST, learner, registration, send, ulns
from tests.graph.watching import GUEST, SUPPORT, WESTERN, World

LISTS = ("learners", "issues", "declarations")
COUNTS = ("completion", "flagCounts", "issueCounts")
BELOW = ("learners", "issues", "completion", "issueCounts")
ABSENT = "99999"
WHOLE = f"""
query ($filter: LearnerFilter) {{
  {" ".join(f"{name}(filter: $filter) {{ totalCount }}" for name in (*LISTS, *COUNTS))}
  deadlines(filter: $filter) {{ on learnerCount }}
}}
"""
FIELDS = (*LISTS, *COUNTS, "deadlines")


def beware(path: list[str], field: str, message: str, positions: list[int]) -> dict[str, Any]:
    """A warning as it stands in an answer."""
    return {
        "message": message,
        "path": path,
        "code": "NOT_FOUND",
        "field": field,
        "positions": positions,
    }


def nobody(*kinds: str) -> str:
    """What is told where a condition names nothing in reach."""
    return f"{' '.join(kinds)} in your reach; the answer is about nobody."


NO_CENTRE = nobody("This is no centre")
NO_CENTRES = nobody("These 2 are no centres")
NO_CONSORTIUM = nobody("This is no consortium")
NO_LINE = nobody("This is no line")
NO_LEVEL = nobody("This is no level")


@pytest.mark.parametrize(
    ("wanted", "field", "message", "positions"),
    [
        ({"centres": [ABSENT]}, "centres", NO_CENTRE, [0]),
        ({"centres": [EAST]}, "centres", NO_CENTRE, [0]),
        ({"centres": [ABSENT, EAST]}, "centres", NO_CENTRES, [0, 1]),
        ({"centres": [WEST], "consortium": "NOWHERE"}, "consortium", NO_CONSORTIUM, [0]),
        ({"consortium": "EASTERN"}, "consortium", NO_CONSORTIUM, [0]),
        ({"consortium": ""}, "consortium", NO_CONSORTIUM, [0]),
        ({"lines": ["ENGINERING"]}, "lines", NO_LINE, [0]),
        ({"levels": ["HIGHEST"], "lines": ["ENGINEERING"]}, "levels", NO_LEVEL, [0]),
    ],
)
async def test_a_condition_that_names_nothing_in_reach_finds_nobody_and_is_warned_of_everywhere(
    world: World, wanted: dict[str, Any], field: str, message: str, positions: list[int]
) -> None:
    async with world.database.transaction() as connection:
        await connection.execute("INSERT INTO consortium (code, name) VALUES ('EASTERN', 'East')")
        await connection.execute(
            "INSERT INTO consortium_centre (consortium_id, centre_id)"
            " SELECT k.id, c.id FROM consortium k, centre c"
            " WHERE k.code = 'EASTERN' AND c.number = ?",
            EAST,
        )
    caller = await world.caller(WESTERN)
    answer = (await caller.response(WHOLE, filter=wanted)).json()

    assert "errors" not in answer
    assert answer["data"] == {
        **{name: {"totalCount": 0} for name in (*LISTS, *COUNTS)},
        "deadlines": [],
    }
    assert answer["extensions"]["warnings"] == [
        beware([name], field, message, positions) for name in FIELDS
    ]


async def test_whoever_sees_everything_is_told_the_same_of_what_is_not_there(world: World) -> None:
    caller = await world.caller(SUPPORT)
    answer = (await caller.response(WHOLE, filter={"centres": [ABSENT]})).json()

    assert answer["extensions"]["warnings"] == [
        beware([name], "centres", NO_CENTRE, [0]) for name in FIELDS
    ]


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
        beware([name], field, f"{words} in your reach; the answer is about the others.", positions)
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
    strange = (await caller.response(query, filter={"lines": ["X"]})).json()

    counts = {node["number"]: node["found"] for node in answer["data"]["centres"]["nodes"]}
    assert counts[WEST]["totalCount"] > 0
    assert counts[EAST] == {"totalCount": 0}
    (warning,) = answer["extensions"]["warnings"]
    assert warning["path"] == ["centres", "nodes", "found"]
    assert warning["positions"] == [1]
    assert strange["extensions"]["warnings"] == [
        beware(["centres", "nodes", "found"], "lines", NO_LINE, [0])
    ]


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
        seen, strange = [
            (await (await world.caller(who)).response(query, filter=wanted)).json()
            for who in (SUPPORT, WESTERN)
        ]
        (field,) = wanted

        assert seen["data"] == {"learners": {"totalCount": 1}}
        assert "warnings" not in seen["extensions"]
        assert strange["extensions"]["warnings"] == [
            beware(["learners"], field, NO_LINE if field == "lines" else NO_LEVEL, [0])
        ]


async def test_histories_centres_and_candidates_warn_of_such_names_too(world: World) -> None:
    of_changes = "query ($n: [CentreNumber!]) { changes(filter: {centres: $n}) { totalCount } }"
    of_centres = "query ($c: String) { centres(filter: {consortium: $c}) { totalCount } }"
    of_courses = """
    query ($line: CourseCode!, $level: CourseCode!, $centre: CentreNumber!) {
      declarationCandidates(
        line: $line, level: $level, centre: $centre, component: PROJECT, qan: "500/1234/5"
      ) { learners { totalCount } }
    }
    """
    western, guest = await world.caller(WESTERN), await world.caller(GUEST)
    absent, strange = [
        (await western.response(of_changes, n=[one])).json() for one in (ABSENT, EAST)
    ]
    assert absent == strange
    assert absent["data"] == {"changes": {"totalCount": 0}}
    assert absent["extensions"]["warnings"] == [beware(["changes"], "centres", NO_CENTRE, [0])]

    nowhere, gates = [
        (await guest.response(of_centres, c=code)).json() for code in ("NOWHERE", "GATES")
    ]
    assert nowhere["data"] == {"centres": {"totalCount": 0}}
    assert nowhere["extensions"]["warnings"] == [
        beware(["centres"], "consortium", NO_CONSORTIUM, [0])
    ]
    assert gates["data"] == {"centres": {"totalCount": 1}}
    assert "warnings" not in gates["extensions"]

    of_line = beware(["declarationCandidates"], "line", NO_LINE, [0])
    of_level = beware(["declarationCandidates"], "level", NO_LEVEL, [0])
    for line, level, expected in (
        ("X", "HIGHER", [of_line]),
        ("ENGINEERING", "HIGHR", [of_level]),
        ("X", "HIGHR", [of_line, of_level]),
        ("HOSPITALITY", "HIGHER", None),
    ):
        answer = (await western.response(of_courses, line=line, level=level, centre=WEST)).json()
        assert answer["data"] == {"declarationCandidates": {"learners": {"totalCount": 0}}}
        assert answer["extensions"].get("warnings") == expected


async def test_a_name_is_not_repeated_by_what_is_told_of_it(world: World) -> None:
    secret = "ANNA_ASH_1993"
    caller = await world.caller(WESTERN)
    for wanted in ({"lines": [secret]}, {"lines": ["ENGINEERING", secret]}, {"consortium": secret}):
        assert secret not in (await caller.response(WHOLE, filter=wanted)).text
