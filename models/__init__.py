"""Tables, nothing else: one noun a file."""

from models.centre import Centre, Consortium, ConsortiumCentre
from models.change import Change
from models.completion import Completion
from models.component import Component
from models.das import DasComponent, DasRecord
from models.declaration import Declaration
from models.entry import Entry
from models.feed_run import FeedRun
from models.flag import Flag
from models.grant import Grant
from models.issue import Issue
from models.learner import Learner
from models.line import LineOfLearning
from models.qualification import Qualification, Unit
from models.registration import Registration
from models.requirement import Requirement
from models.series import ExamSeries, SubmissionWindow
from models.session import Session
from models.user import User
from models.verification import Verification

__all__ = [
    "Centre",
    "Change",
    "Completion",
    "Component",
    "Consortium",
    "ConsortiumCentre",
    "DasComponent",
    "DasRecord",
    "Declaration",
    "Entry",
    "ExamSeries",
    "FeedRun",
    "Flag",
    "Grant",
    "Issue",
    "Learner",
    "LineOfLearning",
    "Qualification",
    "Registration",
    "Requirement",
    "Session",
    "SubmissionWindow",
    "Unit",
    "User",
    "Verification",
]
