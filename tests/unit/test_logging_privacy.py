"""What a log line may carry."""

import json
import logging

import structlog

from talentflux.core.config import Settings
from talentflux.core.logging import configure_logging, get_logger


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
