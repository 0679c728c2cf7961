"""Values of the wrong form are refused by the rule that fails, and never repeated."""

from pathlib import Path
from typing import Any

import pytest

from auth.permissions import Staff
from database.connection import Database
from tests.exchange.feeds import ANNA_ULN, WEST, begin
from tests.factories import add_user, log_in, served

LEARNER = ("ULN!", "learner(uln: {}) {{ name }}")
QUALIFICATION = ("QAN!", "qualification(qan: {}) {{ title }}")
CENTRE = ("CentreNumber!", "centre(number: {}) {{ name }}")
UNMATCHED = ("CentreNumber!", "unmatchedEntries(centre: {}) {{ totalCount }}")
FROM = ("YearMonth", "learners(filter: {{awardFrom: {}}}) {{ totalCount }}")
DAY = ("Date", "learners(on: {}) {{ totalCount }}")
SINCE = ("DateTime", "learners(filter: {{modifiedSince: {}}}) {{ totalCount }}")
LEVEL = ("CourseCode!", "learners(filter: {{levels: [{}]}}) {{ totalCount }}")

WRONG = [
    (LEARNER, "92763086", "ULN_INVALID", "LENGTH"),
    (LEARNER, "92763086861", "ULN_INVALID", "LENGTH"),
    (LEARNER, "", "ULN_INVALID", "LENGTH"),
    (LEARNER, "927630868X", "ULN_INVALID", "NON_DIGIT"),
    (LEARNER, "927-630-8686", "ULN_INVALID", "NON_DIGIT"),
    (LEARNER, "927 630 8686x", "ULN_INVALID", "NON_DIGIT"),
    (LEARNER, "٩٢٧٦٣٠٨٦٨٦", "ULN_INVALID", "NON_DIGIT"),
    (LEARNER, "0276308686", "ULN_INVALID", "LEADING_ZERO"),
    (LEARNER, "9276308687", "ULN_INVALID", "CHECK_DIGIT"),
    (LEARNER, "9999999999", "ULN_INVALID", "CHECK_DIGIT"),
    (LEARNER, "1500000000", "ULN_INVALID", "REMAINDER_ZERO"),
    (QUALIFICATION, "500/9909", "QAN_FORMAT", "FORMAT"),
    (QUALIFICATION, "500-9909-7", "QAN_FORMAT", "FORMAT"),
    (QUALIFICATION, "500/9909/Z", "QAN_FORMAT", "FORMAT"),
    (QUALIFICATION, "500/99097", "QAN_FORMAT", "FORMAT"),
    (CENTRE, "1234", "CENTRE_NUMBER_INVALID", "FORMAT"),
    (CENTRE, "123456", "CENTRE_NUMBER_INVALID", "FORMAT"),
    (UNMATCHED, "Westgate", "CENTRE_NUMBER_INVALID", "FORMAT"),
    (FROM, "2010-13", "MONTH_INVALID", "MONTH"),
    (FROM, "2010-00", "MONTH_INVALID", "MONTH"),
    (FROM, "2010/08", "MONTH_INVALID", "FORMAT"),
    (FROM, "0000-08", "MONTH_INVALID", "FORMAT"),
    (FROM, "August 2010", "MONTH_INVALID", "FORMAT"),
    (DAY, "19/02/2010", "DAY_INVALID", "FORMAT"),
    (DAY, "2010-2-19", "DAY_INVALID", "FORMAT"),
    (DAY, "20100219", "DAY_INVALID", "FORMAT"),
    (DAY, "٢٠١٠-02-19", "DAY_INVALID", "FORMAT"),
    (DAY, "2010-02-30", "DAY_INVALID", "CALENDAR"),
    (DAY, "0000-02-19", "DAY_INVALID", "CALENDAR"),
    (SINCE, "yesterday", "MOMENT_INVALID", "FORMAT"),
    (SINCE, "2010-02-19", "MOMENT_INVALID", "FORMAT"),
    (SINCE, "20100219T093000Z", "MOMENT_INVALID", "FORMAT"),
    (SINCE, "2010-02-19x09:30", "MOMENT_INVALID", "FORMAT"),
    (SINCE, "2010-02-19T25:00:00Z", "MOMENT_INVALID", "CALENDAR"),
    (SINCE, "2010-02-30T09:30:00Z", "MOMENT_INVALID", "CALENDAR"),
    (LEVEL, "HI GHER", "COURSE_CODE_INVALID", "FORMAT"),
    (LEVEL, "<script>", "COURSE_CODE_INVALID", "FORMAT"),
    (LEVEL, "É", "COURSE_CODE_INVALID", "FORMAT"),
    (LEVEL, "H" * 61, "COURSE_CODE_INVALID", "FORMAT"),
]


async def test_a_value_of_the_wrong_form_is_refused_by_its_rule_and_not_repeated(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for (kind, field), value, code, rule in WRONG:
            document = f"{{ {field.format(f'{chr(34)}{value}{chr(34)}')} }}"
            as_literal = await caller.ask(document)
            query = f"query ($value: {kind}) {{ {field.format('$value')} }}"
            as_variable = await caller.ask(query, value=value)
            for answer in (as_literal, as_variable):
                assert answer["data"] is None, value
                (error,) = answer["errors"]
                assert error["extensions"] == {"code": code, "rule": rule}, value
                assert not value or value not in error["message"]
            (place,) = as_literal["errors"][0]["locations"]
            assert place == {"line": 1, "column": document.index('"') + 1}, value
            rule_in_words = as_literal["errors"][0]["message"]
            assert rule_in_words.endswith(".")
            assert as_variable["errors"][0]["message"].endswith(rule_in_words)


async def test_identifiers_are_given_as_text(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for value in ("12345", "true", "null", "[]", "{a: 1}", "WORD", "1.5"):
            answer = await caller.ask(f"{{ centre(number: {value}) {{ name }} }}")
            assert answer["data"] is None
            assert all(error["extensions"]["code"] for error in answer["errors"])
            if value not in ("null", "[]", "{a: 1}"):
                assert answer["errors"][0]["extensions"] == {
                    "code": "CENTRE_NUMBER_INVALID",
                    "rule": "TYPE",
                }
        query = "query ($number: CentreNumber!) { centre(number: $number) { name } }"
        for given in (12345, True, None, [12345], {"a": "12345"}, 1.5):
            answer = await caller.ask(query, number=given)
            assert answer["data"] is None
            assert "12345" not in answer["errors"][0]["message"]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_moment_is_read_in_any_customary_spelling(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    query = "query ($since: DateTime) { learners(filter: {modifiedSince: $since}) { totalCount } }"
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for day, count in (("2010-02-19", 2), ("2999-12-31", 0)):
            for time in (
                *("T09:30:00Z", "t09:30:00z", " 09:30:00+00:00", "T09:30:00.123+01:00"),
                *("T09:30:00.123456789Z", "T09:30Z", "T09:30:00", "T23:59:59-05:30"),
            ):
                data = await caller.data(query, since=f"{day}{time}")
                assert data["learners"]["totalCount"] == count, time


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_is_wrong_with_a_variable_is_told_without_its_value(
    database: Database, database_url: str
) -> None:
    await add_user(database, "reader@example.org")
    log_in_with = (
        "mutation ($input: SessionLogInInput!) { sessionLogIn(input: $input) { __typename } }"
    )
    moved = (
        "mutation ($input: LearnersSetAnticipatedAwardInput!)"
        " { learnersSetAnticipatedAward(input: $input) { __typename } }"
    )
    one = {"id": "x", "expectedVersion": 1}
    whole = {"month": "2010-08", "idempotencyKey": "k"}
    listed = "query ($first: Int!) { learners(first: $first) { totalCount } }"
    ordered = "query ($order: LearnerOrder!) { learners(orderBy: $order) { totalCount } }"
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for query, given, about, told in (
            (listed, {}, "first", "A value must be given."),
            (listed, {"first": None}, "first", "It must not be null."),
            (listed, {"first": "Anna"}, "first", "It is not of the type it must have."),
            (
                log_in_with,
                {"input": {"email": "Anna"}},
                "input",
                "The field password must be given.",
            ),
            (
                *(log_in_with, {"input": {"email": "Anna", "password": None}}, "input"),
                "It must not be null.",
            ),
            (
                *(log_in_with, {"input": {"email": "A", "password": "A", "Anna": 1}}, "input"),
                "It has a field that SessionLogInInput does not know, number 3 of 3.",
            ),
            (
                *(moved, {"input": {**whole, "learners": [one, {"Anna's": 1, **one}]}}, "input"),
                "It has a field that RegistrationVersion does not know, number 1 of 3.",
            ),
            (
                *(moved, {"input": {**whole, "learners": {**one, "'Anna', found: '": 1}}}, "input"),
                "It has a field that RegistrationVersion does not know, number 3 of 3.",
            ),
            (
                *(ordered, {"order": "Anna"}, "order"),
                "It is none of the words of its enumeration.",
            ),
        ):
            answer = await caller.ask(query, **given)
            (error,) = answer["errors"]
            assert error["message"].startswith(f"Variable '${about}' has invalid value")
            assert error["message"].endswith(f": {told}")
            assert "Anna" not in error["message"]
            assert error["extensions"]["code"] == "GRAPHQL_INVALID"


async def test_identifiers_are_read_in_any_customary_spelling(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    rows = await database.reader.tuples("SELECT qan FROM qualification ORDER BY qan LIMIT 1")
    qan = str(rows[0][0])
    query = """
    query ($uln: ULN!, $qan: QAN!, $number: CentreNumber!) {
      learner(uln: $uln) { uln } qualification(qan: $qan) { qan } centre(number: $number) { number }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for written in (qan, qan.replace("/", ""), f"  {qan} "):
            data = await caller.data(query, uln=f" {ANNA_ULN}\n", qan=written, number=f"{WEST} ")
            assert data == {
                "learner": {"uln": ANNA_ULN},
                "qualification": {"qan": qan},
                "centre": {"number": WEST},
            }


async def test_course_codes_may_be_written_with_or_without_quotes(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    query = "query ($levels: [CourseCode!]) { learners(filter: {levels: $levels}) { totalCount } }"
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for written in ("[HIGHER]", '["HIGHER"]', "HIGHER", '"HIGHER"', '[ADVANCED, "HIGHER"]'):
            data = await caller.data(
                f"{{ learners(filter: {{levels: {written}}}) {{ totalCount }} }}"
            )
            assert data == {"learners": {"totalCount": 2}}, written
        assert await caller.data(query, levels=["HIGHER"]) == {"learners": {"totalCount": 2}}
        assert await caller.data(query, levels=["ADVANCED"]) == {"learners": {"totalCount": 0}}


async def test_what_a_variable_holds_is_not_repeated_by_any_refusal(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    secret = "Anna Ash 1993"
    cases: list[tuple[str, str, Any]] = [
        ("Int!", "learners(first: $value) { totalCount }", secret),
        ("LearnerOrder!", "learners(orderBy: $value) { totalCount }", secret),
        ("LearnerFilter", "learners(filter: $value) { totalCount }", secret),
        ("LearnerFilter", "learners(filter: $value) { totalCount }", {secret: 1}),
        ("LearnerFilter", "learners(filter: $value) { totalCount }", {"lines": [secret]}),
        ("LearnerFilter", "learners(filter: $value) { totalCount }", {"awardYear": secret}),
        ("LearnerFilter", "learners(filter: $value) { totalCount }", {"entryFlag": [secret]}),
        ("ID!", "node(id: $value) { id }", secret),
        ("ID!", "node(id: $value) { id }", {"a": secret}),
        ("[ID!]!", "nodes(ids: $value) { id }", [secret]),
        ("ID", "learner(id: $value) { name }", secret),
        ("String", "learners(after: $value) { totalCount }", secret),
        ("String", "learners(after: $value) { totalCount }", [secret]),
    ]
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for kind, field, value in cases:
            errors = await caller.errors(f"query ($value: {kind}) {{ {field} }}", value=value)
            assert errors[0]["extensions"]["code"] != "INTERNAL"
            assert secret not in str(errors), (kind, field)


async def test_a_learner_is_asked_for_by_one_key(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for given in ("", f'(id: "x", uln: "{ANNA_ULN}")', "(id: null)"):
            (error,) = await caller.errors(f"{{ learner{given} {{ name }} }}")
            assert error["extensions"] == {"code": "ARGUMENT_CHOICE", "field": "id"}
        (error,) = await caller.errors('{ node(id: "x") { id } }')
        assert error["extensions"] == {"code": "ID_INVALID", "field": "id"}
        (error,) = await caller.errors(
            '{ declarationPreview(componentId: "x", qan: "500/1234/5") { qan } }'
        )
        assert error["extensions"] == {"code": "ID_INVALID", "field": "componentId"}
        (error,) = await caller.errors('{ changes(filter: {learner: "x"}) { totalCount } }')
        assert error["extensions"] == {"code": "ID_INVALID", "field": "learner"}
        wanted = '{ changes(filter: {objectTypes: ["ISSUE", "FOO"]}) { totalCount } }'
        (error,) = await caller.errors(wanted)
        assert error["extensions"] == {"code": "VALIDATION", "field": "objectTypes"}
        many = ["TGVhcm5lcjox"] * 101
        (error,) = await caller.errors("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=many)
        assert error["extensions"] == {"code": "PAGE_SIZE", "field": "ids"}


async def test_what_is_no_id_does_not_keep_other_objects_back(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        data = await caller.data("query ($u: ULN!) { learner(uln: $u) { id } }", u=ANNA_ULN)
        anna = data["learner"]
        ids = ["x", anna["id"], "y", "R2hvc3Q6MQ"]
        answer = await caller.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert answer["data"] == {"nodes": [None, anna, None, None]}
    (error,) = answer["errors"]
    assert error["path"] == ["nodes", 0]
    assert error["extensions"] == {"code": "ID_INVALID", "field": "ids"}


async def test_odd_codes_of_consortia_are_simply_not_found(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    query = """
    query ($code: String!) {
      consortium(code: $code) { name }
      centres(filter: {consortium: $code}) { totalCount }
      learners(filter: {consortium: $code}) { totalCount }
    }
    """
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        for code in ("", "a\0b", "'; DROP TABLE centre; --", "%", "é" * 500):
            assert await caller.data(query, code=code) == {
                "consortium": None,
                "centres": {"totalCount": 0},
                "learners": {"totalCount": 0},
            }


async def test_a_list_that_is_refused_leaves_what_it_stands_below(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await begin(database, tmp_path / "feed")
    await add_user(database, "reader@example.org", WEST)
    await add_user(database, "operator@example.org", staff=Staff.OPERATOR)
    query = """
    query ($west: CentreNumber!, $anna: ULN!) {
      centre(number: $west) {
        number
        accesses(after: "x") { totalCount }
        learners(first: 101) { totalCount }
        completion(groupBy: COMPONENT) { totalCount }
        issueCounts(filter: { awardYear: 10 }) { totalCount }
        issues(filter: { awardFrom: "2010-09", awardTo: "2010-08" }) { totalCount }
      }
      learner(uln: $anna) { uln changes(first: 0) { totalCount } }
    }
    """
    runs = "{ feedRuns { nodes { problemCount problems(first: 0) { code } } } }"
    async with served(database_url) as client:
        caller = await log_in(client, "reader@example.org")
        answer = await caller.ask(query, west=WEST, anna=ANNA_ULN)
        operator = await log_in(client, "operator@example.org")
        told = await operator.ask(runs)
    lists = ("accesses", "learners", "completion", "issueCounts", "issues")
    assert answer["data"] == {
        "centre": {"number": WEST, **dict.fromkeys(lists)},
        "learner": {"uln": ANNA_ULN, "changes": None},
    }
    assert {error["path"][-1]: error["extensions"]["code"] for error in answer["errors"]} == {
        "accesses": "CURSOR_INVALID",
        "learners": "PAGE_SIZE",
        "completion": "GROUP_BY",
        "issueCounts": "YEAR_OUT_OF_RANGE",
        "issues": "RANGE_REVERSED",
        "changes": "PAGE_SIZE",
    }
    assert told["data"] == {"feedRuns": {"nodes": [{"problemCount": 0, "problems": None}]}}
    assert [error["extensions"]["code"] for error in told["errors"]] == ["PAGE_SIZE"]
