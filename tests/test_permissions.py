"""Who may ask for what: the whole graph as one table, and the table carried out."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, build_schema

from actions.awards import Wanted, set_award
from auth.matrix import FIELDS, ROOTS, CallerKind, Outcome, as_markdown, mark_of, outcome
from auth.permissions import GrantKind, Permission, Role
from auth.previews import sign
from auth.requires import Presence
from auth.viewer import HeldGrant, Viewer
from domain.identifiers import YearMonth
from models.database import Database
from schema.ids import decode_id, encode_id
from schema.root import make_schema, printed
from tests.callers import CallerMaker, Made, give_password, now
from tests.factories import DAY, PASSWORD, Caller, import_sample, served
from tests.server.connections import app_of, first_event

ROOT: Final = Path(__file__).parents[1]


# The table and the schema ------------------------------------------------------------------------


def marks(schema: GraphQLSchema) -> dict[str, str | None]:
    """What the fields of a schema say they need; a root field that says nothing is public."""
    found: dict[str, str | None] = {}
    for name, kind in schema.type_map.items():
        if name.startswith("__") or not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for field_name, field in kind.fields.items():
            asked = [
                argument.value.value  # a string, as declared
                for directive in (field.ast_node.directives or () if field.ast_node else ())
                if directive.name.value == "requires"
                for argument in directive.arguments
            ]
            if asked or name in ROOTS:
                assert len(asked) <= 1, f"{name}.{field_name} has two guards"
                found[f"{name}.{field_name}"] = asked[0] if asked else None
    return found


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(printed(make_schema()))


def test_every_root_field_and_every_guarded_field_needs_what_the_table_says(
    schema: GraphQLSchema,
) -> None:
    assert marks(schema) == {name: mark_of(name) for name in FIELDS}


def test_every_mark_is_a_permission_or_a_presence(schema: GraphQLSchema) -> None:
    known = {*map(str, Permission), *map(str, Presence), None}

    assert set(marks(schema).values()) <= known


def test_a_field_that_may_be_refused_may_be_null(schema: GraphQLSchema) -> None:
    for name in FIELDS:
        if mark_of(name) is not None:
            kind, field = name.split(".")
            answer = schema.type_map[kind].fields[field].type  # type: ignore[attr-defined]
            assert not str(answer).endswith("!"), name


def test_a_root_field_without_a_guard_is_noticed() -> None:
    planted = build_schema("type Query { me: Int secrets: Int }")

    assert marks(planted) == {"Query.me": None, "Query.secrets": None}
    assert not marks(planted).items() <= {name: mark_of(name) for name in FIELDS}.items()


def test_the_page_of_permissions_is_printed_from_the_table() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text("utf-8")

    assert page == as_markdown()


# The table carried out ---------------------------------------------------------------------------

PROBLEM: Final = "__typename ... on Problem { code }"
AT_CENTRE: Final = "query ($centre: CentreNumber!) { centre(number: $centre) { %s } }"
LEARNERS: Final = AT_CENTRE % "learners { nodes { %s } }"


def mutation(name: str) -> str:
    """A mutation with one input, of which only the kind of answer is asked."""
    same = {"accessUnbind": "accessBind", "accountEnable": "accountDisable"}.get(name, name)
    kind = f"{same[0].upper()}{same[1:]}Input"
    return f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {PROBLEM} }} }}"


DOCUMENTS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "Centre.unmatchedEntries": (
        AT_CENTRE % "unmatchedEntries { totalCount }",
        ("centre", "unmatchedEntries"),
    ),
    "Declaration.createdBy": (
        LEARNERS % "components { declarations { createdBy } }",
        ("centre", "learners", "nodes", "components", "declarations", "createdBy"),
    ),
    "Entry.dateOfBirth": (
        LEARNERS % "components { entries { dateOfBirth } }",
        ("centre", "learners", "nodes", "components", "entries", "dateOfBirth"),
    ),
    "Event.address": (
        "query ($centre: CentreNumber!) { accessLog(centre: $centre) { nodes { address } } }",
        ("accessLog", "nodes", "address"),
    ),
    "Issue.acknowledgedBy": (
        LEARNERS % "issues { acknowledgedBy }",
        ("centre", "learners", "nodes", "issues", "acknowledgedBy"),
    ),
    "Learner.dateOfBirth": (
        LEARNERS % "dateOfBirth",
        ("centre", "learners", "nodes", "dateOfBirth"),
    ),
    "Learner.uci": (LEARNERS % "uci", ("centre", "learners", "nodes", "uci")),
    "Learner.upn": (LEARNERS % "upn", ("centre", "learners", "nodes", "upn")),
    "Me.apiTokens": ("{ me { apiTokens { id } } }", ("me", "apiTokens")),
    "Me.sessions": ("{ me { sessions { id } } }", ("me", "sessions")),
    "Change.actor": (
        "{ changes { nodes { actor } } }",
        ("changes", "nodes", "actor"),
    ),
    "Query.completion": ("{ completion { totalCount } }", ("completion",)),
    "Query.deadlines": ("{ deadlines { learnerCount } }", ("deadlines",)),
    "Query.declarations": ("{ declarations { totalCount } }", ("declarations",)),
    "Query.flagCounts": ("{ flagCounts { totalCount } }", ("flagCounts",)),
    "Query.issueCounts": ("{ issueCounts { totalCount } }", ("issueCounts",)),
    "Query.issues": ("{ issues { totalCount } }", ("issues",)),
    "Query.changes": ("{ changes { totalCount } }", ("changes",)),
    "Query.declarationCandidates": (
        (
            "query ($centre: CentreNumber!, $line: CourseCode!, $level: CourseCode!, $qan: QAN!) {"
            " declarationCandidates(centre: $centre, line: $line, level: $level,"
            " component: PROJECT, qan: $qan) { component } }"
        ),
        ("declarationCandidates",),
    ),
    "Query.declarationPreview": (
        (
            "query ($component: ID!, $qan: QAN!) {"
            " declarationPreview(componentId: $component, qan: $qan) { qan } }"
        ),
        ("declarationPreview",),
    ),
    "Query.accessLog": (
        "query ($centre: CentreNumber!) { accessLog(centre: $centre) { totalCount } }",
        ("accessLog",),
    ),
    "Query.accounts": ("{ accounts { totalCount } }", ("accounts",)),
    "Query.centre": (AT_CENTRE % "number", ("centre",)),
    "Query.centres": ("{ centres { totalCount } }", ("centres",)),
    "Query.consortia": ("{ consortia { totalCount } }", ("consortia",)),
    "Query.consortium": (
        "query ($consortium: String!) { consortium(code: $consortium) { code } }",
        ("consortium",),
    ),
    "Query.contactDetails": ("{ contactDetails { key } }", ("contactDetails",)),
    "Query.helpTopics": ("{ helpTopics { key } }", ("helpTopics",)),
    "Query.usefulLinks": ("{ usefulLinks { key } }", ("usefulLinks",)),
    "Query.currentTerms": ("{ currentTerms { version } }", ("currentTerms",)),
    "Query.feedRun": ("query ($run: ID!) { feedRun(id: $run) { id } }", ("feedRun",)),
    "Query.feedRuns": ("{ feedRuns { totalCount } }", ("feedRuns",)),
    "Query.flagLegend": ("{ flagLegend { code } }", ("flagLegend",)),
    "Query.learner": ("query ($uln: ULN!) { learner(uln: $uln) { uln } }", ("learner",)),
    "Query.learners": ("{ learners { totalCount } }", ("learners",)),
    "Query.me": ("{ me { email } }", ("me",)),
    "Query.node": ("query ($id: ID!) { node(id: $id) { id } }", ("node",)),
    "Subscription.centreChanged": (
        ("subscription ($centre: CentreNumber!) { centreChanged(centre: $centre) { number } }"),
        ("centreChanged",),
    ),
    "Subscription.feedRun": (
        "subscription ($run: ID!) { feedRun(id: $run) { id } }",
        ("feedRun",),
    ),
    "Query.nodes": ("query ($id: ID!) { nodes(ids: [$id]) { id } }", ("nodes",)),
    "Query.qualification": (
        "query ($qan: QAN!) { qualification(qan: $qan) { qan } }",
        ("qualification",),
    ),
    "Query.searchLearners": (
        "query ($name: String!) { searchLearners(term: $name) { totalCount } }",
        ("searchLearners",),
    ),
    "Query.serviceInfo": ("{ serviceInfo { date } }", ("serviceInfo",)),
    "Query.unmatchedEntries": (
        "query ($centre: CentreNumber!) { unmatchedEntries(centre: $centre) { totalCount } }",
        ("unmatchedEntries",),
    ),
    "Mutation.sessionEndOthers": ("mutation { sessionEndOthers { done } }", ("sessionEndOthers",)),
    "Mutation.sessionLogOut": ("mutation { sessionLogOut { done } }", ("sessionLogOut",)),
}
"""Each field, asked for things that exist, and the way to its values."""

NEW_PASSWORD: Final = {"password": "another long secret", "passwordAgain": "another long secret"}
NAMES: Final = {"firstName": "Alex", "lastName": "Marsh"}

Input = Callable[["World", Made], Awaitable[dict[str, Any]]]


class World:
    """A database with everything there is to ask for, at one centre."""

    def __init__(self, database: Database, known: dict[str, Any], maker: CallerMaker) -> None:
        self.database = database
        self.known = known
        self.maker = maker
        self._made = 0

    @property
    def centre(self) -> str:
        return str(self.known["centre"])

    @property
    def editor(self) -> Viewer:
        """Somebody at the centre who may edit."""
        centre_id = int(self.known["centre_id"])
        held = HeldGrant(1, centre_id, GrantKind.CENTRE, Role.ADMINISTRATOR)
        return Viewer(1, "editor@example.org", "Ed Itor", grants={centre_id: held})

    def month(self) -> str:
        """An award month that nobody was given yet."""
        self._made += 1
        return str(YearMonth(2011, 1).plus(self._made))

    def qan(self) -> str:
        """A QAN that nobody was given yet and no catalogue holds."""
        self._made += 1
        return f"700/{self._made:04}/X"

    async def state(self) -> Any:
        """What no refused mutation may change."""
        return [
            tuple(row)
            for row in await self.database.reader.tuples(
                "SELECT (SELECT COUNT(*) FROM change), (SELECT COUNT(*) FROM letter),"
                " (SELECT COUNT(*) FROM api_token WHERE revoked_at IS NULL),"
                " (SELECT COUNT(*) FROM terms), (SELECT COUNT(*) FROM terms_acceptance),"
                " (SELECT SUM(version) FROM access_grant),"
                " (SELECT COUNT(*) FROM session WHERE ended_at IS NULL),"
                " (SELECT COUNT(*) FROM account WHERE disabled_at IS NULL),"
                " (SELECT SUM(version) FROM registration), (SELECT SUM(version) FROM issue),"
                " (SELECT COUNT(*) FROM declaration WHERE removed_at IS NULL)"
            )
        ]


async def _somebody(world: World, _caller: Made) -> dict[str, Any]:
    return {"centre": world.centre, "login": (await world.maker.person()).email}


async def _bound(world: World, _caller: Made) -> dict[str, Any]:
    return {"centre": world.centre, "login": (await world.maker.person(bound=True)).email}


async def _login(world: World, _caller: Made) -> dict[str, Any]:
    return {"login": (await world.maker.person()).email}


async def _access(world: World, _caller: Made) -> dict[str, Any]:
    person = await world.maker.person(let_in=True)
    return {"id": encode_id("Access", person.grant_id or 0), "expectedVersion": 1}


async def _administrator(world: World, caller: Made) -> dict[str, Any]:
    return {**await _access(world, caller), "administrator": True}


async def _own_token(world: World, caller: Made) -> dict[str, Any]:
    owner = caller.user_id or (await world.maker.person()).user_id
    token_id = await world.database.writer.insert(
        "INSERT INTO api_token (token_hash, user_id, name, created_at, expires_at)"
        " VALUES (?, ?, 'to be revoked', ?, ?)",
        uuid4().hex,
        owner,
        now(),
        now(),
    )
    return {"id": encode_id("ApiToken", token_id)}


async def _own_session(_world: World, caller: Made) -> dict[str, Any]:
    return {"id": encode_id("Session", caller.session_id or 1)}


async def _new_password(world: World, caller: Made) -> dict[str, Any]:
    await give_password(world.database, caller)
    return {"oldPassword": PASSWORD, **NEW_PASSWORD}


async def _registration(world: World) -> tuple[str, int]:
    """A registration that is accepted, and its version."""
    ((key, version),) = await world.database.reader.tuples(
        "SELECT id, version FROM registration WHERE status = 'ACCEPTED' ORDER BY id LIMIT 1"
    )
    return encode_id("Registration", key), version


async def _award(world: World, _caller: Made) -> dict[str, Any]:
    key, version = await _registration(world)
    return {"id": key, "month": world.month(), "expectedVersion": version}


async def _awards(world: World, _caller: Made) -> dict[str, Any]:
    key, version = await _registration(world)
    one = {"id": key, "expectedVersion": version}
    return {"learners": [one], "month": world.month(), "idempotencyKey": uuid4().hex}


async def _declaration(world: World, caller: Made) -> dict[str, Any]:
    ((key,),) = await world.database.reader.tuples(
        "SELECT k.id FROM component k JOIN registration r ON r.id = k.registration_id"
        " WHERE r.status = 'ACCEPTED' AND k.type = 'PROJECT' AND k.required AND NOT k.complete"
        " ORDER BY k.id LIMIT 1"
    )
    qan = world.qan()
    token = sign(caller.token or "nobody", ("component", str(key), qan))
    return {"componentId": encode_id("Component", key), "qan": qan, "previewToken": token}


async def _declarations(world: World, caller: Made) -> dict[str, Any]:
    ((key,),) = await world.database.reader.tuples(
        "SELECT k.registration_id FROM component k JOIN registration r ON r.id = k.registration_id"
        " WHERE r.status = 'ACCEPTED' AND k.type = 'PROJECT' AND k.required AND NOT k.complete"
        " ORDER BY k.id LIMIT 1"
    )
    qan = world.qan()
    return {
        "learners": [encode_id("Registration", key)],
        "component": "PROJECT",
        "qan": qan,
        "previewToken": sign(caller.token or "nobody", ("course", "PROJECT", qan)),
        "idempotencyKey": uuid4().hex,
    }


async def _standing_declaration(world: World, _caller: Made) -> dict[str, Any]:
    ((key,),) = await world.database.reader.tuples(
        "SELECT MIN(id) FROM declaration WHERE removed_at IS NULL"
    )
    return {"id": encode_id("Declaration", key)}


async def _issue(world: World, _caller: Made) -> dict[str, Any]:
    ((key, version),) = await world.database.reader.tuples(
        "SELECT id, version FROM issue WHERE acknowledged_at IS NOT NULL ORDER BY id LIMIT 1"
    )
    return {"id": encode_id("Issue", key), "expectedVersion": version}


async def _noted_issue(world: World, caller: Made) -> dict[str, Any]:
    return {**await _issue(world, caller), "note": uuid4().hex}


async def _edit(world: World, _caller: Made) -> dict[str, Any]:
    """The latest edit of an award month, made a moment ago."""
    key, version = await _registration(world)
    await set_award(
        world.database,
        world.editor,
        decode_id(key)[1],
        Wanted(YearMonth.parse(world.month())),
        expected_version=version,
        day=DAY,
        now=now(),
    )
    ((change,),) = await world.database.reader.tuples(
        "SELECT MAX(id) FROM change WHERE field = 'award'"
    )
    return {"id": encode_id("Change", change)}


def given(**values: Any) -> Input:
    """An input that is the same for everybody."""

    async def make(_world: World, _caller: Made) -> dict[str, Any]:
        return values

    return make


async def _centre(world: World, _caller: Made) -> dict[str, Any]:
    return {"centre": world.centre}


async def _token(world: World, _caller: Made) -> dict[str, Any]:
    return {"name": "statistics", "centres": [world.centre]}


async def _text(_world: World, caller: Made) -> dict[str, Any]:
    wording = {"title": "Why?", "body": "Because."}
    return {"kind": "HELP", "key": f"draft-{caller.user_id}", **wording}


async def _written_text(world: World, caller: Made) -> dict[str, Any]:
    key = f"draft-{caller.user_id}"
    await world.database.writer.execute(
        "INSERT INTO support_text (kind, key, title, body, place, version, changed_at)"
        " VALUES ('HELP', ?, 'Why', 'Because.', 0, 1, ?)",
        key,
        now(),
    )
    return {"kind": "HELP", "key": key, "expectedVersion": 1}


async def _terms(_world: World, caller: Made) -> dict[str, Any]:
    return {"version": f"draft {caller.user_id}", "title": "Terms", "body": "Be kind."}


INPUTS: Final[dict[str, Input]] = {
    "Mutation.accessBind": _somebody,
    "Mutation.accessGiveUp": _centre,
    "Mutation.accessGrant": _somebody,
    "Mutation.accessRevoke": _access,
    "Mutation.accessSetAdministrator": _administrator,
    "Mutation.accessUnbind": _bound,
    "Mutation.changeUndo": _edit,
    "Mutation.declarationAdd": _declaration,
    "Mutation.declarationRemove": _standing_declaration,
    "Mutation.declarationsAdd": _declarations,
    "Mutation.issueAcknowledge": _noted_issue,
    "Mutation.issueUnacknowledge": _issue,
    "Mutation.learnerSetAnticipatedAward": _award,
    "Mutation.learnersSetAnticipatedAward": _awards,
    "Mutation.accountConfirmEmail": given(token="lt_c_wrong", password=PASSWORD),
    "Mutation.accountDisable": _login,
    "Mutation.accountEnable": _login,
    "Mutation.accountRegister": given(email="new@example.org", **NEW_PASSWORD, **NAMES),
    "Mutation.accountUpdate": given(**NAMES),
    "Mutation.apiTokenCreate": _token,
    "Mutation.apiTokenRevoke": _own_token,
    "Mutation.passwordChange": _new_password,
    "Mutation.passwordRequestReset": given(email="nobody@example.org"),
    "Mutation.passwordReset": given(token="lt_r_wrong", **NEW_PASSWORD),
    "Mutation.sessionEnd": _own_session,
    "Mutation.sessionLogIn": given(email="nobody@example.org", password=PASSWORD),
    "Mutation.supportTextRemove": _written_text,
    "Mutation.supportTextSet": _text,
    "Mutation.termsAccept": given(version="1"),
    "Mutation.termsPublish": _terms,
}
"""What each mutation is given, made anew for every caller."""

DOCUMENTS.update({name: (mutation(name.split(".")[1]), (name.split(".")[1],)) for name in INPUTS})

REFUSES_EVERYBODY: Final = {
    "Mutation.accountConfirmEmail": "TOKEN_INVALID",
    "Mutation.passwordReset": "TOKEN_INVALID",
    "Mutation.sessionLogIn": "LOG_IN_FAILED",
}
"""Public mutations that are asked for what cannot be."""

PROBLEMS: Final = ("Conflict", "Invalid", "Missing", "RateLimited", "Refused")

LAST: Final = ("Mutation.termsPublish",)
"""Asked for when nothing else is: from then on everybody has terms to accept."""


def test_every_field_is_carried_out() -> None:
    assert set(DOCUMENTS) == set(FIELDS)


def values(found: Any, way: tuple[str, ...]) -> list[Any]:
    """The values at the end of a way through objects and lists."""
    if isinstance(found, list):
        return [value for item in found for value in values(item, way)]
    if found is None or not way:
        return [found]
    return values(found[way[0]], way[1:])


def kind_of(name: str, answer: dict[str, Any], way: tuple[str, ...]) -> Outcome | str:
    """What an answer comes to; a code that no outcome knows is told as it is."""
    told = {error["extensions"]["code"] for error in answer.get("errors", ())}
    found = values(answer["data"], way)
    if told:
        assert set(found) == {None}, name
        (code,) = told
        return Outcome(code) if code in Outcome.__members__.values() else code
    if all(value is None or value == {"totalCount": 0} for value in found):
        return Outcome.NOTHING
    (first, *_) = found
    if isinstance(first, dict) and first.get("__typename") in PROBLEMS:
        if first["__typename"] == "Missing":
            return Outcome.NOTHING
        if first["code"] == "FORBIDDEN" or first["code"] == "STAFF_TOKEN":
            return Outcome.FORBIDDEN
        return Outcome.ANSWER if REFUSES_EVERYBODY.get(name) == first["code"] else first["code"]
    return Outcome.ANSWER


async def existing(database: Database) -> dict[str, Any]:
    """Things that exist at one centre, for the documents to ask for."""
    ((centre_id, centre),) = await database.reader.tuples("SELECT id, number FROM centre")
    ((consortium,),) = await database.reader.tuples("SELECT MIN(code) FROM consortium")
    ((learner_id, uln, name),) = await database.reader.tuples(
        "SELECT id, uln, family_name FROM learner WHERE uln IS NOT NULL ORDER BY id LIMIT 1"
    )
    ((qan,),) = await database.reader.tuples("SELECT MIN(qan) FROM qualification")
    ((component_id, line, level),) = await database.reader.tuples(
        "SELECT k.id, r.line, r.level FROM component k JOIN registration r"
        " ON r.id = k.registration_id WHERE k.type = 'PROJECT' ORDER BY k.id LIMIT 1"
    )
    ((run_id,),) = await database.reader.tuples("SELECT MAX(id) FROM feed_run")
    return {
        "centre_id": centre_id,
        "centre": centre,
        "consortium": consortium,
        "uln": uln,
        "name": name,
        "qan": qan,
        "id": encode_id("Learner", learner_id),
        "line": line,
        "level": level,
        "component": encode_id("Component", component_id),
        "run": encode_id("FeedRun", run_id),
    }


async def with_every_value(database: Database, centre_id: int) -> None:
    """Give every guarded field something to hide."""
    async with database.transaction() as connection:
        await connection.execute("UPDATE learner SET upn = 'A123456789012' WHERE upn IS NULL")
        await connection.execute(
            "UPDATE issue SET acknowledged_at = ?, acknowledged_by_id ="
            " (SELECT MIN(id) FROM account)",
            now(),
        )
        await connection.execute(
            "INSERT INTO declaration (registration_id, centre_id, component, qan, created_at,"
            " created_by_id) SELECT r.id, r.centre_id, 'PROJECT', '500/1234/5', ?,"
            " (SELECT MIN(id) FROM account) FROM registration r",
            now(),
        )
        await connection.execute(
            "INSERT INTO event (at, kind, centre_id, address)"
            " VALUES (?, 'RECORD_READ', ?, '192.0.2.1')",
            now(),
            centre_id,
        )
        await connection.execute(
            "INSERT INTO change (at, source, actor_id, centre_id, learner_id, object_type,"
            " object_id, field, after) SELECT ?, 'USER', (SELECT MIN(id) FROM account),"
            " centre_id, learner_id, 'REGISTRATION', id, 'line', line FROM registration",
            now(),
        )


async def asked(world: World, url: str, kind: CallerKind, names: list[str]) -> dict[str, Any]:
    """What a new caller of a kind gets from each field; refusals must leave all as it was."""
    answers: dict[str, Any] = {}
    async with served(url) as client:
        for name in names:
            document, way = DOCUMENTS[name]
            made = await world.maker.caller(kind)
            if name == "Me.apiTokens":
                await _own_token(world, made)
            if name in INPUTS:
                variables = {"input": await INPUTS[name](world, made)}
            else:
                wanted = (key for key in world.known if f"${key}:" in document)
                variables = {key: world.known[key] for key in wanted}
            before = await world.state()
            if name.startswith("Subscription."):
                app = app_of(client)  # a client would wait for the whole answer
                answer = await first_event(app, made.token, document, **variables)
            else:
                answer = await Caller(client, made.token).ask(document, **variables)
            answers[name] = kind_of(name, answer, way)
            if answers[name] is not Outcome.ANSWER or name in REFUSES_EVERYBODY:
                assert await world.state() == before, (kind, name)
            elif name in INPUTS and name not in UNSEEN:
                assert await world.state() != before, (kind, name)
    return answers


UNSEEN: Final = ("Mutation.accountEnable", "Mutation.termsAccept")
"""Mutations that find done what they are asked for."""


async def test_every_kind_of_caller_gets_from_every_field_what_the_table_says(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await import_sample(database, tmp_path / "feed", centres=1, learners=20)
    known = await existing(database)
    maker = CallerMaker(database, known["centre_id"])
    await maker.person(bound=True)  # who stays while others give up their access
    await with_every_value(database, known["centre_id"])
    world = World(database, known, maker)
    names = [name for name in DOCUMENTS if name not in LAST]

    found = {kind: await asked(world, database_url, kind, names) for kind in CallerKind}
    for kind in CallerKind:
        if kind is not CallerKind.OPERATOR:
            found[kind] |= await asked(world, database_url, kind, [*LAST])
    found[CallerKind.OPERATOR] |= await asked(world, database_url, CallerKind.OPERATOR, [*LAST])

    expected = {
        (kind, name): outcome(rule, kind) for kind in CallerKind for name, rule in FIELDS.items()
    }
    seen = {(kind, name): answer for kind, row in found.items() for name, answer in row.items()}
    assert seen.keys() == expected.keys()
    assert {cell: answer for cell, answer in seen.items() if answer != expected[cell]} == {}
