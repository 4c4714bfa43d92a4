"""The table of a requisition's statuses: complete, closed in itself, and the same as the guide draws it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentflux.core.errors import ConflictError
from talentflux.models import Requisition
from talentflux.schemas.requisition import RequisitionStatus
from talentflux.services.requisition_states import ACTIONS, action_to, allowed, check

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "requisitions.md"


def test_an_action_is_refused_in_every_status_that_the_table_does_not_name() -> None:
    for name, action in ACTIONS.items():
        for status in RequisitionStatus:
            row = Requisition(status=status)
            if status in action.sources:
                check(row, name)
                continue
            with pytest.raises(ConflictError) as refused:
                check(row, name)
            assert refused.value.code == "requisition_state"


def test_a_status_that_no_action_of_a_person_leads_to_is_refused() -> None:
    with pytest.raises(ConflictError) as refused:
        action_to(Requisition(status=RequisitionStatus.OPEN), RequisitionStatus.FILLED)
    assert refused.value.code == "requisition_state"


@given(st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(0, 3)), max_size=60))
def test_random_actions_never_reach_an_undeclared_status(steps: list[tuple[str, int]]) -> None:
    row = Requisition(status=RequisitionStatus.DRAFT)
    for name, choice in steps:
        before = row.status
        try:
            check(row, name)
        except ConflictError:
            assert row.status == before
            continue
        targets = ACTIONS[name].targets
        row.status = targets[choice % len(targets)]
        assert row.status in set(RequisitionStatus)


def test_every_status_is_reached_from_a_draft_and_can_be_left() -> None:
    reached, waiting = {RequisitionStatus.DRAFT}, [RequisitionStatus.DRAFT]
    while waiting:
        status = waiting.pop()
        new = {target for action in ACTIONS.values() if status in action.sources for target in action.targets} - reached
        reached |= new
        waiting += new
    assert reached == set(RequisitionStatus)
    assert all(allowed(status) for status in RequisitionStatus)


def test_the_guide_draws_the_same_table() -> None:
    arrows = set(re.findall(r"^\s+(\w+) --> (\w+): (\w+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    declared = {
        (str(source), str(target), name)
        for name, action in ACTIONS.items()
        for source in action.sources
        for target in action.targets
    }
    assert arrows == declared
