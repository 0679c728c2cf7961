"""Tables, nothing else: one noun a file."""

from models.api_token import ApiToken, ApiTokenGrant
from models.bulk_edit import BulkEdit
from models.centre import Centre, Consortium, ConsortiumCentre
from models.change import Change
from models.completion import Completion
from models.component import Component
from models.das import DasComponent, DasRecord
from models.declaration import Declaration
from models.entry import Entry
from models.event import Event
from models.feed_run import FeedRun
from models.flag import Flag
from models.grant import Grant
from models.issue import Issue
from models.learner import Learner
from models.letter import Letter
from models.line import LineOfLearning
from models.name_part import NamePart
from models.one_time_token import OneTimeToken
from models.past_record import PastRecord
from models.qualification import Qualification, Unit
from models.registration import Registration
from models.requirement import Requirement
from models.series import ExamSeries, SubmissionWindow
from models.session import Session
from models.support_text import SupportText
from models.terms import Terms, TermsAcceptance
from models.user import User
from models.verification import Verification

__all__ = [
    "ApiToken",
    "ApiTokenGrant",
    "BulkEdit",
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
    "Event",
    "ExamSeries",
    "FeedRun",
    "Flag",
    "Grant",
    "Issue",
    "Learner",
    "Letter",
    "LineOfLearning",
    "NamePart",
    "OneTimeToken",
    "PastRecord",
    "Qualification",
    "Registration",
    "Requirement",
    "Session",
    "SubmissionWindow",
    "SupportText",
    "Terms",
    "TermsAcceptance",
    "Unit",
    "User",
    "Verification",
]
