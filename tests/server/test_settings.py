"""Settings: what they are by themselves, where they come from, and how faults are told."""

import logging
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.retention import Periods
from server.bundle import FOLDER
from server.settings import Settings, faults


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told() -> list[str]:
    """What is wrong with the settings as they are."""
    with pytest.raises(ValidationError) as caught:
        Settings()
    return faults(caught.value)


def test_by_themselves_the_settings_are_those_of_a_safe_installation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LEARNER_TRACKING_EXECUTOR", raising=False)
    assert Settings().model_dump() == {
        "database_url": "sqlite://learner-tracking.sqlite3",
        "redis_url": None,
        "today": None,
        "host": "127.0.0.1",
        "port": 8000,
        "pool_size": 10,
        "environment": "production",
        "executor": "breadth_first",
        "session_idle_minutes": 60,
        "session_hours": 12,
        "log_format": "console",
        "secure_cookies": True,
        "password_memory_kib": 19_456,
        "password_rounds": 2,
        "most_cost_anonymous": 1_000,
        "most_cost_user": 50_000,
        "most_cost_api_token": 100_000,
        "most_cost_staff": 200_000,
        "rate_anonymous": 300,
        "rate_user": 600,
        "rate_api_token": 600,
        "rate_staff": 1_200,
        "deadline_seconds": 10.0,
        "slow_seconds": 1.0,
        "documents_folder": None,
        "stored_documents_only": frozenset(),
        "metrics_token": None,
        "graphiql_folder": FOLDER,
        "otlp_endpoint": None,
        "mail_folder": Path("mail"),
        "smtp_host": None,
        "smtp_port": 587,
        "smtp_user": None,
        "smtp_password": None,
        "smtp_security": "starttls",
        "mail_from": "learner-tracking@localhost",
        "support_address": "support@localhost",
        "web_url": None,
        "feed_folder": Path("feeds"),
        "feed_max_mb": 512,
        "retention_key": None,
        "retention_learner_years": 7,
        "retention_past_years": 0,
        "retention_log_years": 2,
        "retention_feed_days": 90,
        "retention_token_hours": 24,
    }


def test_every_setting_says_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        assert (field.description or "").endswith("."), name


def test_the_environment_goes_before_the_file_and_values_in_code_before_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text(
        "LEARNER_TRACKING_PORT=1\nLEARNER_TRACKING_HOST=file\nDATABASE_URL=sqlite://file\n"
        "LEARNER_TRACKING_TODAY=2010-02-19\nPATH_OF_SOMETHING_ELSE=/\n",
        "utf-8",
    )
    monkeypatch.setenv("LEARNER_TRACKING_PORT", "2")
    monkeypatch.setenv("LEARNER_TRACKING_HOST", "environment")

    found = Settings(port=3)

    assert (found.port, found.host, found.database_url) == (3, "environment", "sqlite://file")
    assert found.today == date(2010, 2, 19)


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNER_TRACKING_TODAY", "")
    monkeypatch.setenv("LEARNER_TRACKING_PORT", "")

    assert (Settings().today, Settings().port) == (None, 8000)


def test_all_faults_are_told_at_once_each_with_its_variable_and_none_with_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = "hunter2"
    for name, value in {
        "DATABASE_URL": f"mysql://root:{secret}@db/learners",
        "LEARNER_TRACKING_PORT": f"{secret}",
        "LEARNER_TRACKING_POOL_SIZE": "0",
        "LEARNER_TRACKING_ENVIRONMENT": secret,
        "LEARNER_TRACKING_TODAY": "2010-02-30",
        "LEARNER_TRACKING_PASSWORD_ROUNDS": "1",
        "LEARNER_TRACKING_PASSWORD_MEMORY_KIB": "1024",
        "LEARNER_TRACKING_DATABASE_URL": secret,
        "LEARNER_TRACKING_PROT": secret,
    }.items():
        monkeypatch.setenv(name, value)

    sentences = told()

    assert [sentence.partition(":")[0] for sentence in sentences] == [
        "DATABASE_URL",
        "LEARNER_TRACKING_TODAY",
        "LEARNER_TRACKING_PORT",
        "LEARNER_TRACKING_POOL_SIZE",
        "LEARNER_TRACKING_ENVIRONMENT",
        "LEARNER_TRACKING_PASSWORD_MEMORY_KIB",
        "LEARNER_TRACKING_PASSWORD_ROUNDS",
        "LEARNER_TRACKING_DATABASE_URL",
        "LEARNER_TRACKING_PROT",
    ]
    assert sentences[-1] == "LEARNER_TRACKING_PROT: there is no such setting."
    assert all(sentence.endswith(".") for sentence in sentences)
    assert secret not in " ".join(sentences)
    assert "1024" not in " ".join(sentences)


def test_a_variable_of_the_file_that_means_nothing_is_told() -> None:
    Path(".env").write_text("LEARNER_TRACKING_PROT=8001\n", "utf-8")

    assert told() == ["LEARNER_TRACKING_PROT: there is no such setting."]


def test_the_error_itself_and_the_settings_as_text_hide_what_may_be_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://root:hunter2@db/learners")
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@cache:6379")
    assert "hunter2" not in repr(Settings())

    monkeypatch.setenv("DATABASE_URL", "hunter2://db")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "hunter2" not in str(caught.value)


def test_periods_and_the_secret_of_retention_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LEARNER_TRACKING_RETENTION_PAST_YEARS", "6")
    monkeypatch.setenv("LEARNER_TRACKING_RETENTION_KEY", "hunter2")

    assert told() == [
        "LEARNER_TRACKING_RETENTION_KEY: It has at least 32 characters.",
        (
            "LEARNER_TRACKING_RETENTION_PAST_YEARS: It is 0, or not less than the years for which"
            " a learner is known by name."
        ),
    ]
    monkeypatch.setenv("LEARNER_TRACKING_RETENTION_PAST_YEARS", "7")
    monkeypatch.setenv("LEARNER_TRACKING_RETENTION_KEY", "a secret of thirty-two characters")
    assert Settings().periods == Periods(7, 7, 2, 90, 24)
    assert "a secret" not in repr(Settings())


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


def test_reading_settings_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Settings()

    assert caplog.records == []
