"""The examples of pipelines and applications have the form of the answers."""

from typing import Any

import pytest

from talentflux.api import application_examples as examples
from talentflux.schemas.application import ApplicationDetail, StageChangeRead
from talentflux.schemas.application_action import ApplicationActionRead
from talentflux.schemas.application_bulk import BulkPreview
from talentflux.schemas.application_task import ApplicationTaskRead
from talentflux.schemas.board import BoardCard, BoardRead
from talentflux.schemas.pipeline import PipelineRead, PipelineSummary
from talentflux.schemas.reject_reason import RejectReasonRead
from talentflux.schemas.stage_automation import AutomationRead
from talentflux.schemas.task import TaskRead

FORMS: list[tuple[Any, Any]] = [
    (ApplicationDetail, examples.APPLICATION_DETAIL),
    (StageChangeRead, examples.STAGE_CHANGE),
    (ApplicationActionRead, examples.ACTION),
    (ApplicationTaskRead, examples.TASK),
    (TaskRead, examples.BULK_TASK),
    (BulkPreview, examples.BULK_PREVIEW),
    (PipelineRead, examples.PIPELINE),
    (PipelineSummary, examples.PIPELINE_SUMMARY),
    (AutomationRead, examples.AUTOMATION),
    (RejectReasonRead, examples.REASON),
    (BoardCard, examples.CARD),
    (BoardRead, examples.BOARD),
]


@pytest.mark.parametrize(("form", "example"), FORMS)
def test_example_has_the_form_of_the_answer(form: Any, example: dict[str, Any]) -> None:
    form.model_validate(example)
