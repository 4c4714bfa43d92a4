"""The application under attack: the same client, worker and second organization as the tests of the API use."""

from tests.api.conftest import app, client, ended_readers, foreign, settings, work

__all__ = ["app", "client", "ended_readers", "foreign", "settings", "work"]
