"""The house rules that a reader of the source can rely on, read off the source itself."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auth.permissions import Permission
from tests.sql_texts import outside_brackets, sql_of

ROOT = Path(__file__).parents[1]

PACKAGES = (
    *("domain", "database", "models", "auth", "inputs", "loaders", "execution"),
    *("actions", "exchange", "schema", "resolvers", "server", "cli"),
)
"""The program's packages; the table of imports in pyproject.toml names the same."""

LONGEST = 400
"""Lines of a file; one that nears them is two files."""

DATABASE_TYPES = {
    "schema/context.py": {"Database"},
    "schema/masking.py": {"Trouble", "trouble_of"},
}
"""Who may import what of the database above the loaders: a request carries its database, and an
answer tells that it was busy, slow or gone."""
DATABASE_MODULES = frozenset({"database.connection", "database.trouble"})
"""Where these are."""

FROZEN = "models.migrations.frozen"
"""What migrations wrote once, as it was then."""
MIGRATIONS_MAY_USE: dict[str, set[str]] = {
    "database.connection": {"Connection"},
    "database.query": {"Dialect"},
    "database.editors": {"connection_of"},
}
"""What migrations have of ours: the door for SQL, which knows no table and no rule."""

TABLES_AND_DRIVERS = frozenset({
    *("models", "database", "tortoise", "asyncpg", "sqlite3", "aiosqlite"),
})  # fmt: skip

SQL_METHODS = frozenset({
    *("tuples", "rows", "number", "execute", "execute_many", "insert", "transaction"),
})  # fmt: skip
ORM_METHODS = frozenset({
    *("objects", "all", "filter", "exclude", "get_or_none", "get_or_create", "create", "save"),
    *("bulk_create", "bulk_update", "update_or_create", "values_list", "prefetch_related"),
    *("select_related", "fetch_related", "using_db", "raw", "execute_query", "execute_script"),
})  # fmt: skip
SETTINGS_SOURCES = frozenset({"server", "pydantic_settings", "dotenv", "decouple", "environ"})


def source_files(*packages: str) -> list[Path]:
    """The program's own modules, those of migrations apart."""
    return [
        path
        for package in packages or PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


# What a lint is: the faults of one file, each with its line --------------------------------------


def imported(tree: ast.AST) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Line, module and names of each import; a relative one shows its dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield node.lineno, module, tuple(alias.name for alias in node.names)


def top(module: str) -> str:
    return module.partition(".")[0]


def rows_fetched(path: Path) -> list[str]:
    """A type or resolver that knows tables or runs SQL, past the scope and the loaders."""
    tree = ast.parse(path.read_text("utf-8"))
    allowed = DATABASE_TYPES.get(place(path), set())
    faults = []
    for line, module, names in imported(tree):
        free = module in DATABASE_MODULES and set(names) <= allowed
        if (
            top(module) in {"models", "database", "tortoise", "asyncpg", "sqlite3", "aiosqlite"}
            and not free
        ):
            faults.append(f"{place(path)}:{line} imports {module}")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        above = ast.unparse(node.func.value) == "super()"  # what a library's own class does
        if node.func.attr in SQL_METHODS | ORM_METHODS and not above:
            faults.append(f"{place(path)}:{node.lineno} calls .{node.func.attr}()")
    return faults


def settings_read(path: Path) -> list[str]:
    """A module that asks the outside for values instead of being handed them."""
    tree = ast.parse(path.read_text("utf-8"))
    faults = [
        f"{place(path)}:{line} imports {module}"
        for line, module, names in imported(tree)
        if top(module) in SETTINGS_SOURCES
        or (module == "os" and {"environ", "getenv", "environb"} & set(names))
    ]
    return faults + [
        f"{place(path)}:{node.lineno} reads os.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv", "environb"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]


def foreign_to_the_domain(path: Path) -> list[str]:
    """An import that is neither the standard library, msgspec, nor the domain itself."""
    known = sys.stdlib_module_names | {"domain", "msgspec"}
    return [
        f"{place(path)}:{line} imports {module}"
        for line, module, _ in imported(ast.parse(path.read_text("utf-8")))
        if top(module) not in known
    ]


def todays_asked(path: Path) -> list[str]:
    """A call for today's date; today is an argument, never a call."""
    return [
        f"{place(path)}:{node.lineno} calls .{node.func.attr}()"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"today", "utcnow"}
    ]


def too_long(path: Path) -> list[str]:
    """A file of more lines than one that is read at once."""
    lines = len(path.read_text("utf-8").splitlines())
    return [f"{place(path)} has {lines} lines"] if lines > LONGEST else []


def clauses_left_open(path: Path) -> list[str]:
    """A clause with an OR outside of brackets: what is joined to it holds for a part of it only."""
    tree = ast.parse(path.read_text("utf-8"))
    texts: dict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                texts[ast.unparse(target)].append(node.value)
    return [
        f"{place(path)}:{node.lineno} has an OR without brackets"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Clause"
        for text in [*node.args[:1], *(given.value for given in node.keywords)]
        if " OR " in outside_brackets(sql_of(text, texts))
    ]


def alive(path: Path) -> list[str]:
    """An import of what goes on changing; a migration does in years what it does today."""
    known = sys.stdlib_module_names | {"tortoise", "orjson"}
    return [
        f"{place(path)}:{line} imports {module}"
        for line, module, names in imported(ast.parse(path.read_text("utf-8")))
        if top(module) not in known
        and not f"{module}.".startswith(f"{FROZEN}.")
        and not (names and set(names) <= MIGRATIONS_MAY_USE.get(module, set()))
    ]


def frozen_used(path: Path) -> list[str]:
    """An import of what is kept as it was for migrations alone."""
    return [
        f"{place(path)}:{line} imports {module}"
        for line, module, names in imported(ast.parse(path.read_text("utf-8")))
        if "migrations" in {*module.split("."), *names} and top(module) == "models"
    ]


def found_in(lint: Callable[[Path], list[str]], files: list[Path]) -> list[str]:
    assert files
    return [fault for path in files for fault in lint(path)]


# The rules ---------------------------------------------------------------------------------------


def test_types_and_resolvers_reach_rows_through_loaders_and_actions_only() -> None:
    assert found_in(rows_fetched, source_files("schema", "resolvers")) == []


def test_the_exceptions_for_database_types_are_still_needed() -> None:
    used = {
        (name, tuple(names))
        for name in DATABASE_TYPES
        for _, module, names in imported(ast.parse((ROOT / name).read_text("utf-8")))
        if module in DATABASE_MODULES
    }

    assert used == {(name, tuple(sorted(allowed))) for name, allowed in DATABASE_TYPES.items()}


def test_settings_are_read_in_server_and_cli_only() -> None:
    files = source_files(*(name for name in PACKAGES if name not in {"server", "cli"}))

    assert found_in(settings_read, files) == []


def test_the_domain_imports_the_standard_library_and_msgspec_only() -> None:
    assert found_in(foreign_to_the_domain, source_files("domain")) == []


def test_nobody_below_the_edge_asks_which_day_it_is() -> None:
    files = source_files(*(name for name in PACKAGES if name not in {"server", "cli"}))

    assert found_in(todays_asked, files) == []


def test_no_clause_says_or_outside_of_brackets() -> None:
    assert found_in(clauses_left_open, source_files()) == []


def test_no_file_is_longer_than_can_be_read_at_once() -> None:
    assert found_in(too_long, source_files()) == []


def test_migrations_depend_on_nothing_that_goes_on_changing() -> None:
    files = sorted((ROOT / "models" / "migrations").rglob("*.py"))

    assert found_in(alive, files) == []


def test_what_is_frozen_for_migrations_is_read_by_nothing_else() -> None:
    assert found_in(frozen_used, source_files()) == []


def test_every_permission_guards_something() -> None:
    policy = {ROOT / "auth" / name for name in ("permissions.py", "matrix.py")}
    sources = [path.read_text("utf-8") for path in source_files() if path not in policy]

    guarding = {name for source in sources for name in re.findall(r"Permission\.([A-Z_]+)", source)}

    assert sorted(set(Permission.__members__) - guarding) == []


def test_the_rules_hold_for_every_package_of_the_program() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    here = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert set(PACKAGES) == here - {"bench"}
    assert list(PACKAGES) == table["importlinter"]["root_packages"]
    assert set(PACKAGES) == set(table["deptry"]["known_first_party"])


@pytest.mark.parametrize("name", PACKAGES)
def test_the_package_that_is_imported_is_ours(name: str) -> None:
    module = importlib.import_module(name)

    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / name / "__init__.py"


def test_imports_point_downwards() -> None:
    """As `make check` asks, with the contracts of pyproject.toml."""
    command = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(  # noqa: S603 - our own tool
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 kept, 0 broken" in ran.stdout


# The lints notice what they are for --------------------------------------------------------------

OPEN = "has an OR without brackets"


@pytest.mark.parametrize(
    ("lint", "text", "fault"),
    [
        (rows_fetched, "from models.learner import Learner", "imports models.learner"),
        (rows_fetched, "import models", "imports models"),
        (rows_fetched, "from database.connection import Database", "imports database.connection"),
        (rows_fetched, "from tortoise.models import Model", "imports tortoise.models"),
        (rows_fetched, "x = Learner.filter(id=1)", "calls .filter()"),
        (rows_fetched, "x = Learner.all().values_list('id')", "calls .all()"),
        (rows_fetched, "x = context.database.reader.tuples('SELECT 1')", "calls .tuples()"),
        (rows_fetched, "x = connection.rows(Row, 'SELECT 1')", "calls .rows()"),
        (rows_fetched, "x = connection.number('SELECT 1')", "calls .number()"),
        (rows_fetched, "async def f(c):\n await c.execute('DELETE')", "calls .execute()"),
        (settings_read, "from server.settings import Settings", "imports server.settings"),
        (settings_read, "from os import environ", "imports os"),
        (settings_read, "import os\nx = os.environ['HOME']", "reads os.environ"),
        (settings_read, "import os\nx = os.getenv('HOME')", "reads os.getenv"),
        (foreign_to_the_domain, "import strawberry", "imports strawberry"),
        (foreign_to_the_domain, "from models.learner import Learner", "imports models.learner"),
        (foreign_to_the_domain, "from . import flags", "imports ."),
        (foreign_to_the_domain, "def f():\n    import tortoise", "imports tortoise"),
        (todays_asked, "from datetime import date\nx = date.today()", "calls .today()"),
        (alive, "from domain.names import name_order", "imports domain.names"),
        (alive, "from models.learner import Learner", "imports models.learner"),
        (alive, "from models import Learner", "imports models"),
        (alive, "def f():\n    import domain", "imports domain"),
        (alive, "import database.connection", "imports database.connection"),
        (alive, "from database.connection import apps", "imports database.connection"),
        (
            alive,
            "from models.migrations.frozen_not import x",
            "imports models.migrations.frozen_not",
        ),
        (
            frozen_used,
            "from models.migrations.frozen.names import x",
            "imports models.migrations.frozen.names",
        ),
        (frozen_used, "import models.migrations.frozen", "imports models.migrations.frozen"),
        (frozen_used, "from models import migrations", "imports models"),
        (too_long, "x = 1\n" * LONGEST, "has 401 lines"),
        (clauses_left_open, "Clause('a = 1 OR a = 2')", OPEN),
        (clauses_left_open, "Clause('(a = 1) or (a = 2)', (1,))", OPEN),
        (clauses_left_open, "Clause(text='a = 1\\nOR a = 2')", OPEN),
        (clauses_left_open, "Clause('a = 1' ' OR ' 'a = 2')", OPEN),
        (clauses_left_open, "Clause(f'{own.text} OR {other.text}')", OPEN),
        (clauses_left_open, "Clause(' OR '.join(parts))", OPEN),
        (clauses_left_open, "KNOWN = 'a = 1 OR a = ?'\nx = Clause(f'{KNOWN}', (1,))", OPEN),
        (clauses_left_open, "KNOWN: Final = 'a OR b'\nx = Clause(KNOWN.format(a=1))", OPEN),
        (clauses_left_open, "text = 'a'\ntext += ' OR b'\nx = Clause(text)", OPEN),
        (clauses_left_open, "def f():\n    text = 'a OR ' + b\n    return Clause(text)", OPEN),
    ],
)
def test_a_planted_violation_is_found(
    tmp_path: Path, lint: Callable[[Path], list[str]], text: str, fault: str
) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(f"{text}\n", "utf-8")

    assert any(found.endswith(fault) for found in lint(planted)), lint(planted)


@pytest.mark.parametrize(
    ("lint", "text"),
    [
        (rows_fetched, "from loaders.rows import LearnerRow\nx = info.context.load(f, 1)"),
        (settings_read, "import os\nx = os.cpu_count()"),
        (foreign_to_the_domain, "import datetime, msgspec\nfrom domain.codes import Reason"),
        (todays_asked, "x = clock.now()"),
        (alive, "from datetime import UTC\nfrom database.editors import connection_of"),
        (alive, "from models.migrations.frozen.names import name_order"),
        (frozen_used, "from models.learner import Learner"),
        (frozen_used, "from tortoise import migrations"),
        (too_long, "x = 1\n" * (LONGEST - 1)),
        (clauses_left_open, "x = Clause('a = 1') | Clause('a = 2')"),
        (clauses_left_open, "Clause('c = 1 AND (a = 1 OR a = 2)')"),
        (clauses_left_open, "Clause(\"a = 'this OR that'\")"),
        (clauses_left_open, "Clause('CASE WHEN a OR b THEN 1 END = 1')"),
        (clauses_left_open, "Clause(f\"x AND ({' OR '.join(parts)})\")"),
    ],
)
def test_what_keeps_to_the_rules_is_left_alone(
    tmp_path: Path, lint: Callable[[Path], list[str]], text: str
) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(f"{text}\n", "utf-8")

    assert lint(planted) == []
