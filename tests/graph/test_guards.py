"""What may not be read is null with one refusal a field, and everything else stands."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from actions.access import set_access
from actions.grants import Rights
from auth.permissions import GrantKind, Role, Staff
from auth.viewer import CONSOLE
from database.connection import Database
from tests.exchange.feeds import ANNA_ULN, WEST, begin
from tests.factories import add_user, import_sample, log_in, served
from tests.graph.asking import (
    centre_numbers,
    codes,
    complete_the_sample,
    places,
)

BORN = "1993-09-14"
UCI, UPN = "101320910001F", "A123456789012"

SECRETS = """
query {
  learners(first: 100) {
    nodes { id dateOfBirth uci upn components { entries { id dateOfBirth } } }
  }
}
"""
IN_MANY_PLACES = """
query ($uln: ULN!) {
  learner(uln: $uln) { name dateOfBirth born: dateOfBirth uci upn }
  centres {
    nodes {
      name
      learners { nodes { name dateOfBirth components { type entries { qan dateOfBirth } } } }
    }
  }
  again: learners { nodes { name upn } }
}
"""

STANDINGS = [
    ("cv@example.org", GrantKind.CENTRE, Role.VIEWER, False),
    ("ca@example.org", GrantKind.CENTRE, Role.ADMINISTRATOR, False),
    ("cu@example.org", GrantKind.CENTRE, Role.ADMINISTRATOR, True),
    ("nv@example.org", GrantKind.NON_CENTRE, Role.VIEWER, False),
    ("na@example.org", GrantKind.NON_CENTRE, Role.ADMINISTRATOR, False),
]
STAFF = [("support@example.org", Staff.SUPPORT), ("operator@example.org", Staff.OPERATOR)]
INSIDE = {"cv@example.org", "ca@example.org", "cu@example.org"} | {email for email, _ in STAFF}
"""Those who may read birth dates and identifiers."""


async def add_everybody(database: Database, *centres: str) -> list[str]:
    """One user of every standing at the centres, and both kinds of staff."""
    for email, kind, role, manages in STANDINGS:
        await add_user(database, email, *centres, kind=kind, role=role, manages_users=manages)
    for email, staff in STAFF:
        await add_user(database, email, staff=staff)
    return [email for email, *_ in STANDINGS] + [email for email, _ in STAFF]


async def small_world(database: Database, folder: Path) -> None:
    """The tiny feed with identifiers, and birth dates on every entry."""
    await begin(database, folder)
    async with database.transaction() as connection:
        await connection.execute("UPDATE learner SET uci = ?, upn = ?", UCI, UPN)
        await connection.execute("UPDATE entry SET date_of_birth = ?", date.fromisoformat(BORN))


async def test_birth_dates_and_identifiers_are_for_people_of_the_centre_and_staff(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await small_world(database, tmp_path / "feed")
    emails = await add_everybody(database, WEST)
    query = f"""
    {{ learner(uln: "{ANNA_ULN}") {{
      name dateOfBirth uci upn components {{ type entries {{ qan dateOfBirth }} }}
    }} }}
    """
    async with served(database_url) as client:
        for email in emails:
            answer = await (await log_in(client, email)).ask(query)
            learner = answer["data"]["learner"]
            entries = [held for part in learner["components"] for held in part["entries"]]
            assert learner["name"] == "Anna Ash"
            assert len(entries) == 4
            assert all(held["qan"] for held in entries)
            shown = (learner["dateOfBirth"], learner["uci"], learner["upn"])
            born = {held["dateOfBirth"] for held in entries}
            if email in INSIDE:
                assert "errors" not in answer
                assert (shown, born) == ((BORN, UCI, UPN), {BORN})
            else:
                assert (shown, born) == ((None, None, None), {None})
                assert codes(answer["errors"]) == {"FORBIDDEN"}
                assert places(answer["errors"]) == [
                    "learner.components.entries.dateOfBirth",
                    "learner.dateOfBirth",
                    "learner.uci",
                    "learner.upn",
                ]


async def test_a_refusal_is_told_once_a_field_however_many_objects_there_are(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    numbers = await centre_numbers(database)
    await add_user(database, "nv@example.org", *numbers, kind=GrantKind.NON_CENTRE)
    async with served(database_url) as client:
        answer = await (await log_in(client, "nv@example.org")).ask(SECRETS)
    nodes = answer["data"]["learners"]["nodes"]
    assert len(nodes) == 60
    assert {node[name] for node in nodes for name in ("dateOfBirth", "uci", "upn")} == {None}
    assert places(answer["errors"]) == [
        "learners.nodes.components.entries.dateOfBirth",
        "learners.nodes.dateOfBirth",
        "learners.nodes.uci",
        "learners.nodes.upn",
    ]
    for error in answer["errors"]:
        assert error["extensions"] == {"code": "FORBIDDEN"}
        assert error["message"].startswith("This needs the permission ")
        assert error["locations"]
        assert any(isinstance(key, int) for key in error["path"])


async def test_refusals_are_told_for_every_alias_and_depth_and_the_rest_stands(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await small_world(database, tmp_path / "feed")
    await add_user(database, "nv@example.org", WEST, kind=GrantKind.NON_CENTRE)
    await add_user(database, "cv@example.org", WEST)
    async with served(database_url) as client:
        refused = await (await log_in(client, "nv@example.org")).ask(IN_MANY_PLACES, uln=ANNA_ULN)
        shown = await (await log_in(client, "cv@example.org")).data(IN_MANY_PLACES, uln=ANNA_ULN)
    assert places(refused["errors"]) == [
        "again.nodes.upn",
        "centres.nodes.learners.nodes.components.entries.dateOfBirth",
        "centres.nodes.learners.nodes.dateOfBirth",
        "learner.born",
        "learner.dateOfBirth",
        "learner.uci",
        "learner.upn",
    ]
    assert codes(refused["errors"]) == {"FORBIDDEN"}
    assert refused["data"] == without(shown, {"dateOfBirth", "born", "uci", "upn"})


def without(value: Any, names: set[str]) -> Any:
    """The same answer with some fields null."""
    if isinstance(value, dict):
        return {
            name: None if name in names else without(held, names) for name, held in value.items()
        }
    return [without(held, names) for held in value] if isinstance(value, list) else value


async def test_rights_differ_by_centre_within_one_answer(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", learners=60)
    await complete_the_sample(database)
    own, visited, served_by = await centre_numbers(database)
    await add_user(database, "mixed@example.org", own)
    await add_grant(database, "mixed@example.org", visited, Role.VIEWER)
    await add_grant(database, "mixed@example.org", served_by, Role.ADMINISTRATOR)
    rows = await database.reader.tuples(
        "SELECT l.uln, c.number, l.date_of_birth, l.uci, l.upn FROM learner l"
        " JOIN registration r ON r.learner_id = l.id JOIN centre c ON c.id = r.centre_id"
    )
    expected = {
        row[0]: (row[1], *((str(row[2]), row[3], row[4]) if row[1] == own else (None,) * 3))
        for row in rows
    }
    query = """
    {
      learners(first: 100) {
        nodes { uln dateOfBirth uci upn registration { homeCentre { number } } }
      }
      centres {
        nodes {
          number users { email }
          unmatchedEntries(first: 100) { totalCount nodes { dateOfBirth } }
        }
      }
    }
    """
    async with served(database_url) as client:
        answer = await (await log_in(client, "mixed@example.org")).ask(query)
    nodes = answer["data"]["learners"]["nodes"]
    assert len(nodes) == 60
    for node in nodes:
        shown = (node["dateOfBirth"], node["uci"], node["upn"])
        assert (node["registration"]["homeCentre"]["number"], *shown) == expected[node["uln"]]
    centres = {node["number"]: node for node in answer["data"]["centres"]["nodes"]}
    assert centres[own]["unmatchedEntries"]["totalCount"] > 0
    assert centres[visited]["unmatchedEntries"] is None
    assert centres[served_by]["unmatchedEntries"]["totalCount"] > 0
    born = {
        number: {held["dateOfBirth"] for held in centres[number]["unmatchedEntries"]["nodes"]}
        for number in (own, served_by)
    }
    assert BORN in born[own]
    assert born[served_by] == {None}
    assert places(answer["errors"]) == [
        "centres.nodes.unmatchedEntries",
        "centres.nodes.unmatchedEntries.nodes.dateOfBirth",
        "learners.nodes.dateOfBirth",
        "learners.nodes.uci",
        "learners.nodes.upn",
    ]


async def add_grant(database: Database, email: str, number: str, role: Role) -> None:
    """Let an existing user in from elsewhere at one more centre."""
    await set_access(
        database,
        CONSOLE,
        centre_number=number,
        login=email,
        rights=Rights(GrantKind.NON_CENTRE, role, affiliation="Consortium manager"),
        now=datetime.now(UTC),
    )


async def test_users_of_a_centre_are_listed_to_its_people_and_staff_and_oneself_to_others(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await small_world(database, tmp_path / "feed")
    emails = await add_everybody(database, WEST)
    query = f'{{ centre(number: "{WEST}") {{ users {{ email kind role managesUsers }} }} }}'
    everybody = [email for email, *_ in STANDINGS]
    async with served(database_url) as client:
        for email in emails:
            data = await (await log_in(client, email)).data(query)
            users = {row["email"]: row for row in data["centre"]["users"]}
            assert sorted(users) == sorted(everybody if email in INSIDE else [email])
            for listed, shown in users.items():
                _, kind, role, manages = next(row for row in STANDINGS if row[0] == listed)
                assert shown == {
                    "email": listed,
                    "kind": kind.value,
                    "role": role.value,
                    "managesUsers": manages,
                }


async def test_unmatched_entries_are_not_for_viewers_from_elsewhere(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await small_world(database, tmp_path / "feed")
    emails = await add_everybody(database, WEST)
    query = f"""
    {{
      centre(number: "{WEST}") {{ name unmatchedEntries {{ totalCount nodes {{ qan }} }} }}
      unmatchedEntries(centre: "{WEST}") {{ totalCount nodes {{ qan }} }}
    }}
    """
    async with served(database_url) as client:
        for email in emails:
            answer = await (await log_in(client, email)).ask(query)
            data = answer["data"]
            assert data["centre"]["name"] == "Westgate School"
            if email == "nv@example.org":
                assert data["unmatchedEntries"] is None
                assert data["centre"]["unmatchedEntries"] is None
                assert codes(answer["errors"]) == {"FORBIDDEN"}
                assert places(answer["errors"]) == ["centre.unmatchedEntries", "unmatchedEntries"]
            else:
                assert "errors" not in answer
                assert data["unmatchedEntries"]["totalCount"] == 2
                assert data["unmatchedEntries"] == data["centre"]["unmatchedEntries"]


async def test_who_took_an_issue_on_and_who_declared_is_not_for_viewers_from_elsewhere(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await small_world(database, tmp_path / "feed")
    emails = await add_everybody(database, WEST)
    await complete_the_sample(database)
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE issue SET acknowledged_at = ?, note = 'in hand',"
            " acknowledged_by_id = (SELECT id FROM account WHERE email = 'ca@example.org')",
            datetime(2010, 2, 1, tzinfo=UTC),
        )
        await connection.execute(
            "UPDATE declaration SET created_by_id ="
            " (SELECT id FROM account WHERE email = 'ca@example.org')"
        )
    query = f"""
    {{ learner(uln: "{ANNA_ULN}") {{
      issues {{ acknowledgedAt acknowledgedBy note }}
      components {{ declarations {{ qan createdBy }} }}
    }} }}
    """
    async with served(database_url) as client:
        for email in emails:
            answer = await (await log_in(client, email)).ask(query)
            learner = answer["data"]["learner"]
            assert {issue["note"] for issue in learner["issues"]} == {"in hand"}
            assert None not in {issue["acknowledgedAt"] for issue in learner["issues"]}
            names = {issue["acknowledgedBy"] for issue in learner["issues"]} | {
                held["createdBy"] for part in learner["components"] for held in part["declarations"]
            }
            if email == "nv@example.org":
                assert names == {None}
                assert places(answer["errors"]) == [
                    "learner.components.declarations.createdBy",
                    "learner.issues.acknowledgedBy",
                ]
            else:
                assert "errors" not in answer
                assert names == {"Robin Reader"}
