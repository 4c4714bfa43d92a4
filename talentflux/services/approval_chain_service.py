"""Approval chains: their steps, which requisitions must pass them, and what makes one impossible."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from talentflux.core.database import AnySession, WriteSession
from talentflux.core.errors import ConflictError, InvalidInputError
from talentflux.models import ApprovalChain, Requisition
from talentflux.repositories.approval_repository import ApprovalChainRepository
from talentflux.repositories.base import unique
from talentflux.repositories.changing import change
from talentflux.repositories.organization_repository import OrganizationRepository
from talentflux.schemas.approval import ApprovalChainCreate, ApprovalChainRead, ChainStep
from talentflux.schemas.version import ANY_VERSION, Versions
from talentflux.services import approval_people, audit_service, workspace_service

MOST_STEPS: Final = 50
"""Steps of a chain with those of the chains that are its parts."""
_TAKEN: Final = "There is an approval chain of this name."


async def all_chains(session: AnySession) -> list[ApprovalChainRead]:
    """Return all chains in the order in which they are tried."""
    return [_read(row) for row in await ApprovalChainRepository(session).all()]


async def get(session: AnySession, chain_id: UUID) -> ApprovalChainRead:
    """Return a chain.

    Raises:
        NotFoundError: There is none in this organization.
    """
    return _read(await ApprovalChainRepository(session).get(chain_id))


async def create(session: WriteSession, given: ApprovalChainCreate) -> ApprovalChainRead:
    """Make a chain; it applies to what is submitted from now on.

    Args:
        session: The transaction.
        given: Its steps, and which requisitions must pass it.

    Raises:
        NotFoundError: There is no such workspace.
        InvalidInputError: A step can be decided by nobody, or leads back into the chain.
        ConflictError: There is one of this name.
    """
    row = ApprovalChain(**await _columns(session, given))
    with unique(_TAKEN):
        await ApprovalChainRepository(session).add(row)
    await _check(session, row)
    audit_service.record(
        session, "approval_chain.create", "approval_chain", row.id, after=given.model_dump(mode="json")
    )
    return _read(row)


async def replace(
    session: WriteSession, chain_id: UUID, given: ApprovalChainCreate, versions: Versions = ANY_VERSION
) -> ApprovalChainRead:
    """Put another chain in the place of one. Requests that run keep the steps that they began with.

    Args:
        session: The transaction.
        chain_id: Which.
        given: The whole new chain.
        versions: Those that the caller means.

    Raises:
        NotFoundError: There is none in this organization, or no such workspace.
        PreconditionFailedError: It has another version.
        InvalidInputError: A step can be decided by nobody, or leads back into the chain.
        ConflictError: There is another one of this name.
    """
    columns = await _columns(session, given)
    row = await ApprovalChainRepository(session).get(chain_id, lock=True, versions=versions)
    before = _read(row).model_dump(mode="json", include=set(ApprovalChainCreate.model_fields))
    await change(session, row, columns, _TAKEN)
    await _check(session, row)
    after = given.model_dump(mode="json")
    audit_service.record(session, "approval_chain.update", "approval_chain", row.id, before=before, after=after)
    return _read(row)


async def delete(session: WriteSession, chain_id: UUID, versions: Versions = ANY_VERSION) -> None:
    """Take a chain away. Requests that run go on.

    Raises:
        NotFoundError: There is none in this organization.
        PreconditionFailedError: It has another version.
        ConflictError: It is a part of another chain.
    """
    await OrganizationRepository(session).current(lock=True)
    repository = ApprovalChainRepository(session)
    row = await repository.get(chain_id, lock=True, versions=versions)
    for other in await repository.all():
        for step in _steps(other):
            if step.approval_chain_id == chain_id and other.id != chain_id:
                raise ConflictError(
                    f"The step “{step.name}” of the chain “{other.name}” consists of this one. Change that first.",
                    code="approval_chain_used",
                )
    await repository.delete(row)
    audit_service.record(session, "approval_chain.delete", "approval_chain", chain_id)


async def applying(session: AnySession, requisition: Requisition) -> ApprovalChain | None:
    """Return the chain that a requisition must pass.

    Args:
        session: The transaction.
        requisition: As it is now.
    """
    for chain in await ApprovalChainRepository(session).all():
        if _applies(chain, requisition):
            return chain
    return None


async def steps_of(session: AnySession, chain: ApprovalChain) -> list[ChainStep]:
    """Return the steps of a chain with those of its parts, each by role or by persons.

    Args:
        session: The transaction.
        chain: Which.

    Raises:
        InvalidInputError: A step leads back into the chain; the sentence names it.
    """
    rows = await ApprovalChainRepository(session).all()
    return _flat(chain, {row.id: row for row in rows}, ())


def _applies(chain: ApprovalChain, requisition: Requisition) -> bool:
    if not chain.standalone:
        return False
    if chain.workspace_id not in {None, requisition.workspace_id}:
        return False
    if chain.department not in {None, requisition.department}:
        return False
    if chain.pay_above is None:
        return True
    highest = requisition.pay_max if requisition.pay_max is not None else requisition.pay_min
    unit = (requisition.pay_currency, requisition.pay_period)
    # What cannot be compared with the amount is looked at by people rather than let through.
    return highest is None or unit != (chain.pay_currency, chain.pay_period) or highest > chain.pay_above


def _flat(chain: ApprovalChain, chains: Mapping[UUID, ApprovalChain], path: tuple[UUID, ...]) -> list[ChainStep]:
    found: list[ChainStep] = []
    for step in _steps(chain):
        if step.approval_chain_id is None:
            found.append(step)
            continue
        if step.approval_chain_id in {*path, chain.id}:
            raise _refused("approval_chain_cyclic", chain, step, "leads back into a chain that it is a part of")
        part = chains.get(step.approval_chain_id)
        if part is None:
            raise _refused("approval_chain_unknown", chain, step, "consists of a chain that there is not")
        found += _flat(part, chains, (*path, chain.id))
        if len(found) > MOST_STEPS:
            raise _refused("approval_chain_long", chain, step, f"makes it longer than {MOST_STEPS} steps")
    return found


async def _check(session: WriteSession, changed: ApprovalChain) -> None:
    """Refuse a chain that makes itself, or one that it is a part of, impossible."""
    rows = await ApprovalChainRepository(session).all()
    chains = {row.id: row for row in rows}
    present = await approval_people.people(session)
    for chain in rows:
        _flat(chain, chains, ())
    for step in _steps(changed):
        if step.approval_chain_id is not None:
            continue
        seats = present.seats(step.role, [str(each) for each in step.user_ids], step.rule, None)
        if step.role is not None and not approval_people.may_decide(step.role):
            raise _refused(
                "approval_chain_impossible", changed, step, f"asks the role {step.role}, which may not decide"
            )
        if not seats.able:
            raise _refused("approval_chain_impossible", changed, step, "can be decided by no active member")
        if step.user_ids and seats.needed != seats.able:
            raise _refused("approval_chain_impossible", changed, step, "names somebody who may not decide here")


def _refused(code: str, chain: ApprovalChain, step: ChainStep, why: str) -> InvalidInputError:
    place = next((number for number, each in enumerate(_steps(chain)) if each.name == step.name), 0)
    return InvalidInputError(
        f"The step “{step.name}” of the chain “{chain.name}” {why}.",
        code=code,
        fields={f"body.steps.{place}": f"the step “{step.name}” {why}"},
    )


async def _columns(session: WriteSession, given: ApprovalChainCreate) -> dict[str, Any]:
    """Return the columns of a chain. Who changes one waits for others: two at once could make a circle together."""
    await OrganizationRepository(session).current(lock=True)
    if given.workspace_id is not None:
        await workspace_service.check(session, given.workspace_id)
    columns = {name: getattr(given, name) for name in ApprovalChainCreate.model_fields}
    return columns | {"steps": [step.model_dump(mode="json") for step in given.steps]}


def _steps(chain: ApprovalChain) -> list[ChainStep]:
    return [ChainStep.model_validate(step) for step in chain.steps]


def _read(row: ApprovalChain) -> ApprovalChainRead:
    return ApprovalChainRead.model_validate({name: getattr(row, name) for name in ApprovalChainRead.model_fields})
