"""The mails that the service sends."""

from domain.vocabulary import Vocabulary


class LetterKind(Vocabulary):
    """What a mail is about; the facts it fills in stand in its description."""

    ACCESS_CHANGED = (
        "ACCESS_CHANGED",
        "Your access has changed",
        "To a person: centre_number, centre_name, standing, by.",
    )
    ACCESS_GRANTED = (
        "ACCESS_GRANTED",
        "You have been given access",
        "To a person: centre_number, centre_name, standing, by.",
    )
    ACCESS_REVOKED = (
        "ACCESS_REVOKED",
        "Your access has ended",
        "To a person: centre_number, centre_name, by.",
    )
    CONFIRM_EMAIL = (
        "CONFIRM_EMAIL",
        "Confirm your e-mail address",
        "To whoever registered: nothing; whoever is confirmed already is told so instead.",
    )
    PASSWORD_CHANGED = (
        "PASSWORD_CHANGED",
        "Your password has been changed",
        "To a person: nothing.",
    )
    RESET_PASSWORD = (
        "RESET_PASSWORD",
        "Set a new password",
        "To whoever asked: nothing; the token is made on sending, where there is an account.",
    )
    USERS_CHANGED = (
        "USERS_CHANGED",
        "The users of your centre have changed",
        "To the other managers: centre_number, centre_name, person, email, before, after, by.",
    )
