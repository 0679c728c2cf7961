"""The settings, read from environment variables or a `.env` file."""

import re
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from auth.passwords import LEAST_COST
from auth.rate_counters import refuse_no_redis
from auth.viewer import Footing
from database.opening import dialect_of
from domain.retention import Periods
from server.bundle import FOLDER

PREFIX = "LEARNER_TRACKING_"
LEAST_KEY = 32
"""Least number of characters of a secret."""

Security = Literal["starttls", "tls", "none"]
"""How a mail server is spoken to: encrypted after the greeting, from the first byte, or not."""


Most = Annotated[int, Field(ge=1)]
Rate = Annotated[int, Field(ge=0, le=100_000)]


class Settings(BaseSettings):
    """How this installation runs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        dotenv_filtering="match_prefix",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: str = Field(
        "sqlite://learner-tracking.sqlite3",
        validation_alias="DATABASE_URL",
        repr=False,  # may hold a password
        description="Address of the database, sqlite:// or postgres://.",
    )
    redis_url: str | None = Field(
        None,
        validation_alias="REDIS_URL",
        repr=False,  # as above
        description="Address of the Redis that several processes share.",
    )
    today: date | None = Field(
        None, description="The civil day to judge by, YYYY-MM-DD, instead of the real one."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="The port to listen on.")
    pool_size: Annotated[int, Field(ge=1, le=1000)] = Field(
        10, description="Most connections to PostgreSQL, for reading and for writing each."
    )
    environment: Literal["production", "development", "demo"] = Field(
        "production", description="What this installation is for."
    )
    executor: Literal["breadth_first", "ordinary"] = Field(
        "breadth_first",
        description="How queries are executed: each field once a level, or object by object.",
    )
    session_idle_minutes: Annotated[int, Field(ge=1)] = Field(
        60, description="Minutes without use after which a session ends."
    )
    session_hours: Annotated[int, Field(ge=1)] = Field(
        12, description="Hours after which a session ends in any case."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="How a line of the log is written."
    )
    secure_cookies: bool = Field(
        default=True, description="Whether cookies travel over encrypted connections only."
    )
    password_memory_kib: Annotated[int, Field(ge=LEAST_COST.memory_kib)] = Field(
        LEAST_COST.memory_kib, description="Memory that hashing one password takes, in KiB."
    )
    password_rounds: Annotated[int, Field(ge=LEAST_COST.rounds)] = Field(
        LEAST_COST.rounds, description="How many times hashing a password goes over its memory."
    )

    feed_folder: Path = Field(
        Path("feeds"), description="The folder for feeds that come over HTTP."
    )
    feed_max_mb: Annotated[int, Field(ge=1, le=8192)] = Field(
        512, description="Most megabytes of a feed that comes over HTTP, as it is sent."
    )

    most_cost_anonymous: Most = Field(
        1_000, description="What an operation of somebody unknown may cost, in objects."
    )
    most_cost_user: Most = Field(50_000, description="What an operation of a user may cost.")
    most_cost_api_token: Most = Field(
        100_000, description="What an operation of a program with a token may cost."
    )
    most_cost_staff: Most = Field(200_000, description="What an operation of staff may cost.")
    rate_anonymous: Rate = Field(
        300, description="Most requests a minute from one address of people unknown; 0 for any."
    )
    rate_user: Rate = Field(600, description="Most requests a minute of one user; 0 for any.")
    rate_api_token: Rate = Field(
        600, description="Most requests a minute with one token for programs; 0 for any."
    )
    rate_staff: Rate = Field(1_200, description="Most requests a minute of one of the staff.")
    deadline_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        10.0, description="Seconds after which an operation is broken off."
    )
    slow_seconds: Annotated[float, Field(gt=0)] = Field(
        1.0, description="Seconds from which on an operation is logged with what it waited for."
    )
    documents_folder: Path | None = Field(
        None, description="The folder of stored documents, which are sent by their hash."
    )
    stored_documents_only: Annotated[frozenset[Footing], NoDecode] = Field(
        frozenset(), description="Who may send stored documents only, by commas."
    )
    metrics_token: str | None = Field(
        None, repr=False, description="What a reader of the metrics from elsewhere has to send."
    )
    graphiql_folder: Path = Field(
        FOLDER,
        description="The folder into which GraphiQL is fetched, and from which it is served.",
    )
    otlp_endpoint: str | None = Field(
        None, description="Where traces are sent to, the address of an OTLP receiver over HTTP."
    )

    mail_folder: Path = Field(
        Path("mail"), description="The folder for mails where no mail server is set."
    )
    smtp_host: str | None = Field(None, description="The mail server that takes mails.")
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        587, description="The port of the mail server."
    )
    smtp_user: str | None = Field(None, description="The user name at the mail server.")
    smtp_password: str | None = Field(
        None, repr=False, description="The password at the mail server."
    )
    smtp_security: Security = Field("starttls", description="How the mail server is spoken to.")
    mail_from: str = Field(
        "learner-tracking@localhost", description="The e-mail address that mails come from."
    )
    support_address: str = Field(
        "support@localhost", description="The e-mail address for questions, named in every mail."
    )
    web_url: str | None = Field(
        None, description="Where people use the service in a browser, for links in mails."
    )

    retention_key: str | None = Field(
        None, repr=False, description="The secret by which learners past their time are hashed."
    )
    retention_learner_years: Annotated[int, Field(ge=1, le=100)] = Field(
        7, description="Years after the award month for which a learner is known by name."
    )
    retention_past_years: Annotated[int, Field(ge=0, le=100)] = Field(
        0, description="Years after the award month for which the rest is kept; 0 for ever."
    )
    retention_log_years: Annotated[int, Field(ge=1, le=100)] = Field(
        2, description="Years for which the log of who did and saw what is kept."
    )
    retention_feed_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        90, description="Days for which what feeds, mails and bulk edits leave behind is kept."
    )
    retention_token_hours: Annotated[int, Field(ge=1, le=8760)] = Field(
        24, description="Hours for which a token from a mail is kept after its end."
    )

    @field_validator("retention_key")
    @classmethod
    def _is_long_enough(cls, key: str | None) -> str | None:
        if key is not None and len(key) < LEAST_KEY:
            message = f"It has at least {LEAST_KEY} characters."
            raise ValueError(message)
        return key

    @field_validator("retention_past_years")
    @classmethod
    def _is_not_shorter(cls, years: int, info: ValidationInfo) -> int:
        if 0 < years < info.data.get("retention_learner_years", 0):
            message = "It is 0, or not less than the years for which a learner is known by name."
            raise ValueError(message)
        return years

    @property
    def periods(self) -> Periods:
        """How long each kind of record is kept."""
        return Periods(*(getattr(self, f"retention_{name}") for name in Periods._fields))

    @field_validator("database_url")
    @classmethod
    def _is_supported(cls, url: str) -> str:
        dialect_of(url)
        return url

    @field_validator("today", mode="before")
    @classmethod
    def _is_day(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        try:
            return date.fromisoformat(given)
        except ValueError:
            message = "A day of the form YYYY-MM-DD is expected."
            raise ValueError(message) from None

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str | None) -> str | None:
        if url is not None:
            refuse_no_redis(url)
        return url

    @field_validator("stored_documents_only", mode="before")
    @classmethod
    def _are_footings(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        words = [word.strip() for word in given.split(",") if word.strip()]
        if not {*words} <= {*Footing}:
            message = f"These are some of {', '.join(Footing)}, by commas."
            raise ValueError(message)
        return words

    @field_validator("stored_documents_only")
    @classmethod
    def _have_documents(
        cls, footings: frozenset[Footing], info: ValidationInfo
    ) -> frozenset[Footing]:
        if footings and info.data.get("documents_folder", Path()) is None:  # absent when wrong
            message = "There is no folder of stored documents."
            raise ValueError(message)
        return footings

    @field_validator("documents_folder")
    @classmethod
    def _is_folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            message = "There is no such folder."
            raise ValueError(message)
        return folder

    @property
    def most_cost(self) -> dict[Footing, int]:
        """What an operation may cost on each footing."""
        return {footing: getattr(self, f"most_cost_{footing}") for footing in Footing}

    @property
    def rates(self) -> dict[Footing, int]:
        """Requests a minute on each footing; 0 for any number."""
        return {footing: getattr(self, f"rate_{footing}") for footing in Footing}

    @field_validator("otlp_endpoint")
    @classmethod
    def _is_receiver(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", address):
            message = "The address of a receiver begins with http:// or https://."
            raise ValueError(message)
        try:
            if address is not None:
                version("opentelemetry-exporter-otlp-proto-http")
        except PackageNotFoundError:
            message = "To send traces, install the extra `tracing` first."
            raise ValueError(message) from None
        return address

    @field_validator("mail_from", "support_address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        local, at, domain = address.rpartition("@")
        if not (local and at and domain) or re.search(r"[\s\"(),:;<>@\[\]\\]", local + domain):
            message = "This is not an e-mail address."
            raise ValueError(message)
        return address

    @field_validator("web_url")
    @classmethod
    def _is_web_address(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
            message = "A web address begins with https:// or http://, without ? and #."
            raise ValueError(message)
        return url

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values given in code go before the environment, and that before the file."""
        return init_settings, _Environment(settings_cls), dotenv_settings


class _Environment(EnvSettingsSource):
    """Reads environment variables, also unknown ones with our prefix, so that they are refused."""

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        prefix = PREFIX.lower()
        for variable, value in self.env_vars.items():
            if variable.startswith(prefix):
                values.setdefault(variable.removeprefix(prefix), value)
        return values


def faults(error: ValidationError) -> list[str]:
    """What is wrong with the settings, one sentence a variable, none of them telling its value."""
    return [_fault(str(fault["loc"][0]), fault["type"], fault["msg"]) for fault in error.errors()]


def _fault(name: str, kind: str, message: str) -> str:
    variable = name if name.isupper() else f"{PREFIX}{name.upper()}"
    if kind == "extra_forbidden":
        known = Settings.model_fields.get(name)  # one without the prefix
        own = (
            "." if known is None else f"; its name is {known.validation_alias}, without the prefix."
        )
        return f"{variable}: there is no such setting{own}"
    return f"{variable}: {message.removeprefix('Value error, ').rstrip('.')}."
