"""Rows are made of JSON by the types of their fields, which must be what columns may hold."""

from datetime import date, datetime
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest

from auth.sessions import Held
from database.connection import Database
from loaders import rows

TABLES: dict[type, str] = {
    rows.CentreRow: "centre",
    rows.ComponentRow: "component",
    rows.ConsortiumRow: "consortium",
    rows.DasRow: "das_record",
    rows.DeclarationRow: "declaration",
    rows.EntryRow: "entry",
    rows.FactsRow: "registration",
    rows.FlagRow: "flag",
    rows.IssueRow: "issue",
    rows.LearnerRow: "learner",
    rows.QualificationRow: "qualification",
    rows.RegistrationRow: "registration",
    rows.RequirementRow: "requirement",
    rows.UnitRow: "unit",
    rows.WholeEntryRow: "entry",
    rows.WholeFlagRow: "flag",
    Held: "session",
}
NAMED = {
    (rows.DasRow, "plts_confirmed"): "plts",
    (rows.DasRow, "work_experience_confirmed"): "work_experience",
    (rows.FlagRow, "stored_reasons"): "reasons",
    (rows.IssueRow, "severity_rank"): "severity",
    (rows.IssueRow, "stored_component"): "component_type",
    (rows.RegistrationRow, "anticipated_award"): "award",
    (rows.RegistrationRow, "anticipated_award_edited_at"): "award_edited_at",
    (rows.RegistrationRow, "anticipated_award_source"): "award_source",
    (rows.RegistrationRow, "awarding_body_award"): "feed_award",
    (rows.WholeFlagRow, "stored_reasons"): "reasons",
    (rows.WholeFlagRow, "stored_subjects"): "subjects",
}
"""Columns with another name than the field."""


@pytest.mark.parametrize("dialect", ["postgresql"])
@pytest.mark.parametrize("row", TABLES, ids=lambda row: row.__name__)
async def test_what_may_be_null_may_be_none(database: Database, row: Any) -> None:
    columns = await database.reader.tuples(
        "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = ?",
        TABLES[row],
    )
    nullable = {name: may_be == "YES" for name, may_be in columns}
    hints = get_type_hints(row)
    named = {name: NAMED.get((row, name), name) for name in row.__struct_fields__}

    wrong = [
        name
        for name, column in named.items()
        if nullable.get(column) and type(None) not in get_args(hints[name])
    ]

    assert wrong == []
    assert sum(column in nullable for column in named.values()) >= len(named) // 3


@pytest.mark.parametrize("row", TABLES, ids=lambda row: row.__name__)
def test_a_row_has_nothing_that_json_changes(row: Any) -> None:
    hints = get_type_hints(row)
    kinds = {
        kind for name in row.__struct_fields__ for kind in get_args(hints[name]) or (hints[name],)
    }
    # SQLite writes fractions with fewer digits than it has, and bytes not at all.
    unsafe = kinds - {int, str, bool, date, datetime, NoneType}
    assert {kind for kind in unsafe if not issubclass(kind, Enum)} == set()
