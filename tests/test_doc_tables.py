"""Tables of the documentation hold the names and numbers of the code."""

import ast
import re
from collections.abc import Iterable, Iterator

from domain.codes import (
    AssessmentDetail,
    AssessmentFlag,
    CompletionStatus,
    EntryFlag,
    IssueCode,
    Reason,
    Severity,
)
from domain.deadlines import DeadlineKind
from domain.finding import Finding
from domain.issues import FAR_DAYS, SOON_DAYS, base_severity
from exchange.feed.contract import FILES, Column
from schema.limits import LIMITS
from schema.lists import MOST, MOST_OF, MOST_TEXT
from server.asked import MOST_MEMBERS
from server.bundle import FOLDER
from server.lists import LISTS
from server.settings import Settings
from tests.test_docs import DOCS, ROOT, named, variables

CELL = re.compile(r"(?<!\\)\|")
COLUMN = re.compile(
    r"(?:^|, )(?P<must>\*\*)?(?P<name>[a-z_]+)(?:\*\*)?(?P<status>\*)?(?: \((?P<note>[^)]*)\))?"
)


def table(page: str, header: str) -> list[list[str]]:
    """The rows of the only table of a page whose header begins so."""
    text = (DOCS / page).read_text("utf-8")
    assert text.count(f"\n| {header}") == 1, header
    lines = text.partition(f"\n| {header}")[2].splitlines()[2:]
    rows = lines[: next((at for at, line in enumerate(lines) if line[:1] != "|"), len(lines))]
    assert rows
    return [[cell.strip() for cell in CELL.split(row)[1:-1]] for row in rows]


def words(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_limits_of_documents_are_those_of_the_code() -> None:
    told: dict[str, str] = {}
    for names, most, _ in table("http.md", "`limit` | most |"):
        numbers = most.split(", ") if len(words(names)) > 1 else [most]
        told |= dict(zip(words(names), numbers, strict=True))

    assert told.pop("cost")  # by settings
    assert told.pop("body") == f"{MOST_MEMBERS:,}"
    assert told.pop("text") == f"{MOST_TEXT:,}"
    assert told.pop("list") == f"{MOST:,}; centres {MOST_OF['CentreNumber']:,}"
    assert told == {name: f"{most:,}" for name, (most, _) in LIMITS.items()}


def test_columns_of_feeds_are_those_of_the_contract() -> None:
    told = {
        words(file)[0]: (key.split(", "), [described(*column) for column in columns_in(columns)])
        for file, key, columns in table("feeds.md", "file | key | columns |")
    }

    assert list(told) == [file.name for file in FILES]
    for file in FILES:
        known = [
            described(name, column.required, column.status is not None, default_of(column))
            for name, column in file.columns.items()
        ]
        assert told[file.name] == (list(file.key), known), file.name


def columns_in(cell: str) -> Iterator[tuple[str, bool, bool, str | None]]:
    """The columns that a cell tells of: name, whether required, whether a status, the default."""
    for found in COLUMN.finditer(cell.replace("\\*", "*")):
        note = found["note"] or ""
        default = note if re.fullmatch(r"[A-Z]+|true|false", note) else None
        yield found["name"], bool(found["must"]), bool(found["status"]), default


def described(name: str, required: bool, status: bool, default: str | None) -> str:
    """A column in one line, for people to compare."""
    return f"{name}: required {required}, status {status}, default {default}"


def default_of(column: Column) -> str | None:
    """The default as it is written."""
    if column.default in {None, ""}:
        return None
    return str(column.default).lower() if isinstance(column.default, bool) else column.default


def test_issues_have_the_severity_that_is_told() -> None:
    told = {
        Severity(severity): codes.split(", ") for severity, codes in table("rules.md", "severity")
    }

    assert {severity: sorted(codes) for severity, codes in told.items()} == {
        severity: sorted(code for code in IssueCode if base_severity(Finding(code)) is severity)
        for severity in Severity
    }


def test_every_code_of_the_rules_is_explained() -> None:
    text = (DOCS / "rules.md").read_text("utf-8")
    kinds: Iterable[Iterable[str]] = (
        *(AssessmentDetail, AssessmentFlag, CompletionStatus, EntryFlag),
        *(DeadlineKind, IssueCode, Reason),
    )

    assert [word for kind in kinds for word in kind if not named(text, str(word))] == []
    assert f"within {SOON_DAYS} days" in text
    assert f"more than {FAR_DAYS} days" in text


def test_entry_flags_and_statuses_are_told_as_they_are_called() -> None:
    flags = {flag for _, flag, *_ in table("rules.md", "order | flag |")} - {"none", ""}
    statuses = {status for status, _ in table("rules.md", "status | when |")}

    assert flags == set(EntryFlag)
    assert statuses == set(CompletionStatus)


def test_settings_have_the_defaults_that_are_told() -> None:
    told = {words(name)[0]: default for name, default, _ in table("configuration.md", "variable |")}
    fields = Settings.model_fields.values()

    assert told == {
        variable: written(field.default)
        for variable, field in zip(variables(), fields, strict=True)
    }


def written(default: object) -> str:
    """A default as the page has it."""
    if default in (None, frozenset()):
        return "none"
    if default == FOLDER:
        return "inside the program"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def test_exports_take_the_parameters_that_are_told() -> None:
    for page, header in (("http.md", "list | parameters |"), ("using.md", "file, as")):
        told = {
            name: frozenset(words(parameters))
            for names, parameters in table(page, header)
            for name in words(names)
        }

        assert told == {name: known.parameters for name, known in LISTS.items()}, page


def refusals() -> Iterator[tuple[int, str]]:
    """Status and code of every refusal of the server that names both."""
    for path in sorted((ROOT / "server").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id == "RefusalError":
                match node.args:
                    case [ast.Constant(value=int(status)), ast.Constant(value=str(code)), *_]:
                        yield status, code


def test_every_refusal_of_the_server_is_explained_with_its_status() -> None:
    rows = (DOCS / "http.md").read_text("utf-8").splitlines()
    found = set(refusals())

    assert {(429, "LINE_FULL"), (507, "NO_ROOM"), (403, "WRITES_OFF")} <= found
    assert [
        (status, code)
        for status, code in sorted(found)
        if not any(row.startswith(f"| {status} |") and f"`{code}`" in row for row in rows)
    ] == []
