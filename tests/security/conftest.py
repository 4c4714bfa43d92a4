"""The application under attack: the same client, worker and second organization as the tests of the API use."""

from tests.api.conftest import anonymous, app, client, ended_readers, foreign, owner, settings, work

__all__ = ["anonymous", "app", "client", "ended_readers", "foreign", "owner", "settings", "work"]
