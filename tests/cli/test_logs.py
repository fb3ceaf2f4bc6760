"""Logs go to standard error, one line an event, in the form that was asked for."""

import json
import logging

import pytest
import structlog

from fanshare.config.logs import configure_logs


def test_machines_get_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(json=True)
    structlog.get_logger("jobs").error("job_failed", job="settle")
    try:
        raise ZeroDivisionError("no")
    except ZeroDivisionError:
        logging.getLogger("edge").exception("a request failed")
    printed = capsys.readouterr()
    first, second = map(json.loads, printed.err.splitlines())
    assert (first["event"], first["job"], first["level"]) == ("job_failed", "settle", "error")
    assert (second["logger"], "ZeroDivisionError" in second["exception"]) == ("edge", True)
    assert printed.out == ""


def test_people_get_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(json=False)
    structlog.get_logger("jobs").info("working")
    logging.getLogger("uvicorn.access").info("GET /r/secret-code")
    printed = capsys.readouterr().err
    assert "working" in printed
    assert "secret-code" not in printed


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(json=True, level=logging.WARNING)
    structlog.get_logger("jobs").info("working")
    logging.getLogger("edge").info("working")
    assert capsys.readouterr().err == ""


def test_a_traceback_for_people_shows_no_variable_where_a_secret_may_stand(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(json=False)

    def fails(password: str) -> None:
        raise RuntimeError(f"broken after {len(password)}")

    try:
        fails("canary-in-a-local-variable")
    except RuntimeError:
        structlog.get_logger("test").exception("failed")
        logging.getLogger("django.request").exception("failed")
    said = capsys.readouterr().err
    assert said.count("broken after 26") == 2
    assert "canary" not in said.replace('fails("canary-in-a-local-variable")', "")
