"""The documentation tells all there is, and nothing that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App
from pydantic import AliasChoices

from cli.main import app
from server.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def pages() -> list[Path]:
    """README.md, CONTRIBUTING.md, and every page of docs/."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def variables() -> Iterator[str]:
    """The environment variable of each setting."""
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        assert not isinstance(alias, AliasChoices)
        yield str(alias) if alias else f"{PREFIX}{name.upper()}"


def commands(group: App, *names: str) -> Iterator[str]:
    """Every command as it is typed behind the program's name."""
    for name in group:
        if name.startswith("-"):
            continue
        inner = group[name]
        words = (*names, name)
        if any(not own.startswith("-") for own in inner):
            yield from commands(inner, *words)
        else:
            yield " ".join(words)


def named(text: str, word: str, before: str = "") -> bool:
    """The word stands there, not as a part of a longer one."""
    return re.search(rf"(?<![\w-]){before}{re.escape(word)}(?![\w-])", text) is not None


def test_every_setting_is_explained() -> None:
    text = (DOCS / "configuration.md").read_text("utf-8")

    assert [name for name in variables() if not named(text, name)] == []


def test_every_command_is_explained() -> None:
    text = (DOCS / "commands.md").read_text("utf-8")

    assert [
        f"learner-tracking {command}"
        for command in commands(app)
        if not named(text, command, before="(?:`|learner-tracking )")
    ] == []


def test_every_command_and_setting_is_looked_for() -> None:
    assert {"import", "migrate", "sample-feed", "serve", "user add"} <= set(commands(app))
    assert {"DATABASE_URL", "LEARNER_TRACKING_TODAY"} <= set(variables())
    assert len(list(variables())) == len(Settings.model_fields)


FILE = re.compile(r"`([\w./-]+/[\w.-]+\.(?:py|md|graphql|toml|yml|yaml|sql|json))`|`([\w/-]+/)`")


@pytest.mark.parametrize("page", ["walk.md", "words.md"])
def test_a_page_names_only_files_that_exist(page: str) -> None:
    names = [path or folder for path, folder in FILE.findall((DOCS / page).read_text("utf-8"))]

    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_folders_that_running_leaves_behind_are_kept_out_of_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    readme = (ROOT / "README.md").read_text("utf-8")
    left = {Settings.model_fields[name].default for name in ("feed_folder", "mail_folder")}
    left |= set(map(Path, re.findall(r"learner-tracking sample-feed (\S+)", readme)))

    assert left == {Path("feeds"), Path("mail"), Path("feed")}
    assert [folder for folder in sorted(left) if f"/{folder}/" not in ignored] == []


FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """What a link into a page may name: its headings, as GitHub writes them."""
    headings = HEADING.findall(FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_lead_somewhere() -> None:
    astray = []
    for page in pages():
        for path, anchor in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
            aim = (page.parent / path).resolve() if path else page
            if not aim.exists() or (anchor and anchor not in anchors(aim)):
                astray.append(f"{page.relative_to(ROOT)}: {path}#{anchor}")

    assert astray == []
