"""What a log line may carry."""

import json
import logging
from pathlib import Path

import pytest
import structlog

from talentflux.core.config import Settings
from talentflux.core.logging import configure_logging, get_logger

CANARY = "canary@example.org"


def test_keys_that_could_carry_personal_data_lose_their_value(capsys) -> None:
    configure_logging(Settings(_env_file=None, log_format="json"))
    get_logger("test").info("uploaded", name="Ada Example", email="ada@example.org", resume_id="r1")
    structlog.reset_defaults()
    line = json.loads(capsys.readouterr().err)
    assert line["name"] == line["email"] == "[removed]"
    assert line["resume_id"] == "r1"
    assert line["component"] == "test"


def test_the_standard_library_writes_the_same_format(capsys) -> None:
    configure_logging(Settings(_env_file=None, log_format="json"))
    logging.getLogger("uvicorn.error").warning("late")
    structlog.reset_defaults()
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"]) == ("late", "warning")


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("logger", ["structlog", "standard"])
def test_an_exception_is_logged_by_kind_and_place_without_text_or_variables(capsys, form: str, logger: str) -> None:
    configure_logging(Settings(_env_file=None, log_format=form))

    def parse(secret: str) -> None:
        raise ValueError(f"cannot read {secret}")

    try:
        parse(CANARY)  # by name: a trace holds the lines of the program
    except ValueError:
        if logger == "structlog":
            get_logger("test").exception("failed")
        else:
            logging.getLogger("uvicorn.error").exception("failed")
    structlog.reset_defaults()
    written = capsys.readouterr().err
    assert CANARY not in written
    assert "builtins.ValueError at" in written
    assert "test_logging_privacy.py" in written


def test_addresses_of_outgoing_requests_are_not_logged(capsys) -> None:
    configure_logging(Settings(_env_file=None, log_format="json"))
    logging.getLogger("httpx").info("HTTP Request: GET http://127.0.0.1/?email=canary@example.org")
    structlog.reset_defaults()
    assert capsys.readouterr().err == ""


def test_a_line_that_cannot_be_written_is_lost_and_what_it_tells_of_goes_on(monkeypatch) -> None:
    full = Path("/dev/full").open("w")  # noqa: SIM115 -- closing it fails, which is the point
    monkeypatch.setattr("sys.stderr", full)
    configure_logging(Settings(_env_file=None, log_format="json"))
    get_logger("test").error("the disk is full")
    structlog.reset_defaults()
    monkeypatch.undo()
    with pytest.raises(OSError, match="No space"):
        full.close()
