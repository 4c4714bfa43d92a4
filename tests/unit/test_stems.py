"""One stem everywhere: a service has a model, a schema and a test of its stem, or a reason why not."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "talentflux"

REASONS: dict[tuple[str, str], str] = {
    ("health", "model"): "asks the database and the queue how they are; stores nothing",
    ("requirement", "model"): "its versions are in models/requisition.py",
    ("approval_chain", "model"): "its row is in models/approval.py",
    ("approval_chain", "schema"): "its forms are in schemas/approval.py",
    ("approval_decision", "model"): "its row is in models/approval.py",
    ("approval_decision", "schema"): "its forms are in schemas/approval.py",
    ("approval_delegation", "model"): "its row is in models/approval.py",
    ("approval_delegation", "schema"): "its forms are in schemas/approval.py",
    ("application_answer", "model"): "its rows are in models/public_application.py",
    ("application_answer", "schema"): "its forms are in schemas/public_application.py",
    ("public_job", "model"): "its rows are in models/job.py",
    ("board", "model"): "shows what other stems store",
    ("report", "model"): "puts together what other stems store",
    ("report", "schema"): "answers with the form of schemas/screening.py",
    ("invitation", "model"): "its row is in models/member.py",
    ("invitation", "schema"): "its forms are in schemas/member.py",
    ("one_time", "model"): "its rows are in models/auth.py",
    ("one_time", "schema"): "its links come in with the forms of schemas/auth.py",
    ("password", "model"): "a part of the account in models/user.py",
    ("password", "schema"): "its forms are in schemas/auth.py",
    ("registration", "model"): "a workflow across user, organization and member",
    ("registration", "schema"): "its forms are in schemas/auth.py",
    ("resume_import", "model"): "a workflow across resume, candidate, application and task",
    ("resume_import", "schema"): "as above",
    ("resume_upload", "model"): "a workflow across file, resume, application and task",
    ("resume_upload", "schema"): "as above",
    ("screening", "model"): "screens files without a store",
    ("session", "model"): "its rows are in models/user.py and models/auth.py",
    ("session", "schema"): "its forms are in schemas/auth.py and schemas/user.py",
    ("skill", "model"): "the lexicon comes with the package",
    ("timeline", "model"): "reads what other stems write as events",
    ("throttle", "model"): "its rows are in models/auth.py",
    ("throttle", "schema"): "nobody gets to see it",
    ("token", "model"): "its rows are in models/auth.py",
    ("token", "schema"): "its forms are in schemas/auth.py",
}
STEMS = sorted(path.name.removesuffix("_service.py") for path in (PACKAGE / "services").glob("*_service.py"))
TESTS = [path.name for path in (ROOT / "tests").rglob("test_*.py")]


def _exists(stem: str, kind: str) -> bool:
    if kind == "test":
        return any(name.startswith(f"test_{stem}_") or name == f"test_{stem}.py" for name in TESTS)
    return (PACKAGE / f"{kind}s" / f"{stem}.py").is_file()


def test_there_are_stems() -> None:
    assert {"candidate", "resume", "requisition", "match"} <= set(STEMS)


@pytest.mark.parametrize("kind", ["model", "schema", "test"])
@pytest.mark.parametrize("stem", STEMS)
def test_service_has_model_schema_and_test_of_its_stem(stem: str, kind: str) -> None:
    assert _exists(stem, kind) or (stem, kind) in REASONS, f"{stem} has no {kind} and no reason is stated"


@pytest.mark.parametrize(("stem", "kind"), REASONS)
def test_reasons_are_needed(stem: str, kind: str) -> None:
    assert stem in STEMS
    assert not _exists(stem, kind)


@pytest.mark.parametrize("folder", ["models", "repositories", "api/v1"])
def test_no_module_is_named_for_no_stem(folder: str) -> None:
    known = {*STEMS, "base", "__init__", "file", "retrieval", "cascade", "changing", "horizon", "variant"}
    known |= {"candidate_filter", "candidate_search", "pipeline_statements"}
    names = {path.stem.removesuffix("_repository") for path in (PACKAGE / folder).glob("*.py")}
    assert names <= known
