"""The support texts that an installation begins with; operators change them as they like."""

from datetime import UTC, datetime
from typing import Final, NamedTuple


class SupportText(NamedTuple):
    """A useful link, a contact or a help topic."""

    kind: str
    """LINK, CONTACT or HELP."""
    key: str
    title: str
    body: str
    """Plain text, paragraphs apart by an empty line."""
    url: str | None = None


WRITTEN_AT: Final = datetime(2010, 1, 4, tzinfo=UTC)

BUILT_IN_TEXTS: Final = (
    SupportText(
        "LINK",
        "qualification-register",
        "Register of regulated qualifications",
        "Look up the accreditation number, the level and the awarding body of a qualification.",
        "https://register.ofqual.gov.uk/",
    ),
    SupportText(
        "LINK",
        "exam-rules",
        "Joint Council for Qualifications",
        "Rules and key dates that the awarding bodies have in common.",
        "https://www.jcq.org.uk/",
    ),
    SupportText(
        "CONTACT",
        "centre-user",
        "Your own centre",
        "Ask the centre user for access to a centre or for the right to edit. The page of users"
        " names whoever manages access there.",
    ),
    SupportText(
        "CONTACT",
        "support",
        "Support desk of the awarding body",
        "For questions about entries, flags or an account that does not work. Have the centre"
        " number and, where a message gave you one, the reference at hand. Do not put a learner's"
        " name, birth date and ULN together into a mail.",
    ),
    SupportText(
        "HELP",
        "starting-points",
        "Where do I begin?",
        "Three lists lead to the same records. The Diploma Learner Overview shows every learner"
        " with two flags for each component. The Diploma Learner Detail is a shopping list: what"
        " is wrong, for whom, and by when to act. The search finds one learner by ULN or name.\n\n"
        "Each leads on to the Individual Learner Record, where every flag says why it stands and"
        " what to do.",
    ),
    SupportText(
        "HELP",
        "entry-flags",
        "How are entry flags made?",
        "For every component the service compares the entries with what the Diploma asks for:"
        " the right kind of qualification, for this line and level, with enough guided learning"
        " hours, every required unit and, where one is needed, the award entry.\n\n"
        "A component that DAS holds as finished is complete, whatever the entries say. One that"
        " your centre declared with another awarding body is shown as taken elsewhere, unless"
        " entries made here cover it. Flags follow within the same moment when an entry, a record"
        " or a declaration changes.",
    ),
    SupportText(
        "HELP",
        "assessment-flags",
        "How are assessment flags made?",
        "They tell whether marks, claims and results are on their way. For units that the centre"
        " marks, what counts is the window in which marks are taken. For vocational"
        " qualifications it is standards verification and then the claim. Functional skills show"
        " whether they were passed, once the result is released.\n\n"
        "Some of these flags change with the calendar alone, when a window opens or closes.",
    ),
    SupportText(
        "HELP",
        "entry-not-showing",
        "I made an entry. Why is it not showing?",
        "Entries find their learner by ULN. If the ULN on the entry is missing, has a slip, or"
        " differs from the one on the learner's record, the entry cannot be attached: look for it"
        " among the unmatched entries of your centre, compare the ULN with the learner's record"
        " on DAS, and correct whichever is wrong.\n\n"
        "An entry that was only just made shows once the awarding body's next feed has come in.",
    ),
    SupportText(
        "HELP",
        "qan-code",
        "What is a QAN code?",
        "A qualification accreditation number names one accredited qualification. It has eight"
        " characters, written 500/1234/5; the last is a digit or an X, and the obliques may be"
        " left out. You find it in the register of regulated qualifications or in the awarding"
        " body's specification.",
        "https://register.ofqual.gov.uk/",
    ),
    SupportText(
        "HELP",
        "das",
        "What is DAS?",
        "The Diploma Aggregation Service adds up the results of all components, whichever awarding"
        " body they come from, and tells the Diploma awarding body when a Diploma can be awarded."
        " It needs the learner's ULN, the registration, personal, learning and thinking skills,"
        " work experience, and the home centre's permission to claim.",
    ),
    SupportText(
        "HELP",
        "other-awarding-body",
        "A component is taken with another awarding body. What do I do?",
        "This service sees no entries of other awarding bodies, and so takes the component for"
        " missing. Declare it, for one learner on the record or for many at once: it is then"
        " flagged as taken elsewhere.\n\n"
        "Ask the other awarding body yourself whether its entry and its ULN are right; nothing"
        " here can tell.",
    ),
    SupportText(
        "HELP",
        "award-month",
        "What is the anticipated award month for?",
        "It is the month in which the Diploma is expected to be complete. Lists, counts and"
        " deadlines go by it, so that you can look at this year's learners alone. You may edit it;"
        " what you set stays even if the awarding body's feed says otherwise, and both are shown.",
    ),
    SupportText(
        "HELP",
        "access",
        "How do others get access?",
        "They register first. A centre user then adds them by their e-mail address, as viewers;"
        " those who are to edit are made learner tracking administrators as well. Each centre"
        " gives access to its own learners only, so somebody who works for a consortium is added"
        " at each of its centres.",
    ),
    SupportText(
        "HELP",
        "exports",
        "How do I take a list away?",
        "Every list can be had as CSV or as a workbook, with the same filter and only with what"
        " you may see. Such a file holds personal data: keep it safe, and delete it after use."
        " Whoever takes one is in the access log of the centre.",
    ),
)
