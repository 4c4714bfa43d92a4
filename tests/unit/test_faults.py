"""What a log may hold of an error: where, never what was sent."""

from talentflux.utils.faults import trace


def _fail() -> None:
    known: dict[str, int] = {}
    sent = "canary" + "@example.org"  # a trace quotes the lines of the program
    try:
        known[sent] += 1
    except KeyError as cause:
        raise ValueError(sent) from cause


def test_trace_names_kind_place_and_cause_without_the_message() -> None:
    try:
        _fail()
    except ValueError as error:
        told = trace(error)
    assert "canary@" not in told
    assert "builtins.ValueError" in told
    assert "builtins.KeyError" in told
    assert "in _fail" in told


def test_trace_ends_for_a_chain_without_end() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__context__, second.__context__ = second, first
    assert trace(first).count("builtins.ValueError") == 5
