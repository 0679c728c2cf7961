"""What is said of the packages that are installed: also that nobody could be asked."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

LOCK = "requirements.lock"
FINE: dict[str, Any] = {"name": "anyio", "version": "4.16.0", "vulns": []}
FAULTY: dict[str, Any] = {
    "name": "jinja2",
    "version": "2.10",
    "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"]}],
}
SKIPPED: dict[str, Any] = {"name": "tzdata", "skip_reason": "not found"}


@pytest.fixture(scope="module")
def advisories() -> ModuleType:
    path = Path(__file__).parents[1] / ".ci" / "advisories.py"
    spec = spec_from_file_location("advisories", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("packages", "code", "sentences"),
    [
        (None, 0, ["NOT AUDITED, the source of advisories could not be asked."]),
        ([SKIPPED], 0, ["NOT AUDITED, the source of advisories could not be asked."]),
        ([FINE], 0, ["1 packages audited."]),
        ([FINE, SKIPPED], 0, ["1 packages audited, 1 could not be asked about."]),
        (
            [FINE, FAULTY],
            1,
            ["jinja2 2.10 has PYSEC-2019-217, mended in 2.10.1.", "2 packages audited."],
        ),
    ],
)
def test_faults_fail_and_silence_is_told_as_silence(
    advisories: ModuleType, packages: list[Any] | None, code: int, sentences: list[str]
) -> None:
    answer = None if packages is None else {"dependencies": packages}

    assert advisories.told_of(answer, LOCK) == (
        code,
        [f"{LOCK}: {sentence}" for sentence in sentences],
    )
