"""Addresses of databases, with what may stand in them."""

import pytest

from database.opening import ENCRYPTION, DatabaseUrlError, open_database


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_an_address_says_whether_the_way_to_postgresql_is_encrypted(
    database_url: str,
) -> None:
    opened = await open_database(f"{database_url}?sslmode=disable&application_name=tracker")
    try:
        rows = await opened.reader.tuples(
            "SELECT s.ssl, a.application_name FROM pg_stat_ssl s"
            " JOIN pg_stat_activity a ON a.pid = s.pid WHERE s.pid = pg_backend_pid()"
        )
        assert [tuple(row) for row in rows] == [(False, "tracker")]
    finally:
        await opened.close()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            "sslmode=perhaps",
            f"sslmode in the database address must be one of {', '.join(ENCRYPTION)}.",
        ),
        ("colour=red", "The database address has a parameter that is not known: colour."),
    ],
)
async def test_a_parameter_that_is_not_known_is_refused_before_anything_is_opened(
    asked: str, told: str
) -> None:
    with pytest.raises(DatabaseUrlError) as refused:
        await open_database(f"postgres://127.0.0.1:1/learners?{asked}")
    assert str(refused.value) == told
