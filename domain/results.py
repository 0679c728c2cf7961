"""Results of qualifications: the words that the rules know, and which results a component has."""

from collections.abc import Mapping
from typing import Final

from domain.vocabulary import ComponentType

PASSED: Final = "PASS"
FAILED: Final = "FAIL"
UNCLASSIFIED: Final = "U"
ABSENT: Final = "ABSENT"

FAILED_RESULTS: Final = frozenset({UNCLASSIFIED, FAILED})
WORDS: Final = frozenset({PASSED, FAILED, UNCLASSIFIED, ABSENT})
"""Known however they are spelt."""

_PASS_OR_FAIL: Final = (PASSED, FAILED, UNCLASSIFIED, ABSENT)
_GRADES: Final = ("A*", "A", "B", "C", "D", "E", UNCLASSIFIED, PASSED, FAILED, ABSENT)

SCALES: Final[Mapping[ComponentType, tuple[str, ...]]] = {
    ComponentType.PRINCIPAL_LEARNING: _GRADES,
    ComponentType.PROJECT: _GRADES,
    ComponentType.FS_ENGLISH: _PASS_OR_FAIL,
    ComponentType.FS_MATHEMATICS: _PASS_OR_FAIL,
    ComponentType.FS_ICT: _PASS_OR_FAIL,
}
"""The results of a whole qualification, by its component; those of ASL are of all kinds."""
