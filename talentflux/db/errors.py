"""The one error of this package; `core` and `db` do not import each other, so edges turn it into an answer."""


class DatabaseSetupError(Exception):
    """The database cannot be started, reached or prepared; the sentence says what to do."""
