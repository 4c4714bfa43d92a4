"""Examples of answers about requisitions and approvals have the form of the answers."""

import pytest

from talentflux.api import requisition_examples
from talentflux.schemas.approval import ApprovalChainRead, ApprovalRead, ApprovalSummary, DelegationRead
from talentflux.schemas.base import Schema
from talentflux.schemas.opening import OpeningRead
from talentflux.schemas.requisition import (
    RequirementsDifference,
    RequirementVersionRead,
    RequirementVersionSummary,
    RequisitionRead,
    RequisitionSummary,
)
from talentflux.schemas.requisition_health import RequisitionHealth
from talentflux.schemas.requisition_template import TemplateRead, TemplateSummary
from talentflux.services.requisition_states import allowed

TRUE: dict[str, type[Schema]] = {
    "REQUISITION_SUMMARY": RequisitionSummary,
    "REQUISITION": RequisitionRead,
    "HEALTH": RequisitionHealth,
    "OPENING": OpeningRead,
    "REQUIREMENT_VERSION_SUMMARY": RequirementVersionSummary,
    "REQUIREMENT_VERSION": RequirementVersionRead,
    "REQUIREMENTS_DIFFERENCE": RequirementsDifference,
    "APPROVAL_CHAIN": ApprovalChainRead,
    "APPROVAL_SUMMARY": ApprovalSummary,
    "APPROVAL": ApprovalRead,
    "DELEGATION": DelegationRead,
    "TEMPLATE_SUMMARY": TemplateSummary,
    "TEMPLATE": TemplateRead,
}


@pytest.mark.parametrize("name", TRUE)
def test_examples_have_the_form_of_the_answers(name: str) -> None:
    example = getattr(requisition_examples, name)
    assert TRUE[name].model_validate(example).model_dump(mode="json").keys() == example.keys()


def test_no_example_is_untested() -> None:
    named = {name for name in vars(requisition_examples) if name.isupper() and not name.startswith("_")}
    assert {name for name in named if not name.endswith("_ID")} == {*TRUE, "REQUIREMENT"}


def test_the_actions_shown_are_those_of_the_status() -> None:
    example = requisition_examples.REQUISITION
    assert example["actions"] == allowed(example["status"])
