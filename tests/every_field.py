"""Every field of the graph as it is asked for."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

from actions.awards import WantedAward, set_award
from auth.previews import sign
from domain.identifiers import YearMonth
from schema.ids import decode_id, encode_id
from tests.callers import Made, give_password, now
from tests.factories import DAY, PASSWORD
from tests.world import World

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

Input = Callable[[World, Made], Awaitable[dict[str, Any]]]


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


async def own_token(world: World, caller: Made) -> dict[str, Any]:
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
    ((key, line, level),) = await world.database.reader.tuples(
        "SELECT r.id, r.line, r.level FROM component k"
        " JOIN registration r ON r.id = k.registration_id"
        " WHERE r.status = 'ACCEPTED' AND k.type = 'PROJECT' AND k.required AND NOT k.complete"
        " ORDER BY k.id LIMIT 1"
    )
    qan = world.qan()
    facts = ("course", line, level, "PROJECT", qan)
    return {
        "learners": [encode_id("Registration", key)],
        "component": "PROJECT",
        "qan": qan,
        "previewToken": sign(caller.token or "nobody", facts),
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
        WantedAward(YearMonth.parse(world.month())),
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
    "Mutation.apiTokenRevoke": own_token,
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

LAST: Final = ("Mutation.termsPublish",)
"""Asked for when nothing else is: from then on everybody has terms to accept."""
