"""Who may decide on what, and who stands in for whom, at this moment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from talentflux.core.database import AnySession
from talentflux.core.permissions import ROLE_PERMISSIONS, Permission, Role
from talentflux.repositories.approval_repository import ApprovalRepository
from talentflux.schemas.approval import StepRule


@dataclass(frozen=True, slots=True)
class Seats:
    """Whose decisions a step needs.

    Attributes:
        needed: The persons whose approval counts.
        able: Those of them who can decide, themselves or by a stand-in.
        rule: Whether one of them suffices.
    """

    needed: frozenset[UUID]
    able: frozenset[UUID]
    rule: StepRule

    def complete(self, approved: Collection[UUID]) -> bool:
        """Return whether a step has what it needs.

        Args:
            approved: For whom it was approved.
        """
        if self.rule is StepRule.ANY:
            return bool(approved)
        return bool(approved) and self.needed <= set(approved)

    def missing(self, decided: Collection[UUID]) -> frozenset[UUID]:
        """Return who can still decide.

        Args:
            decided: For whom it was decided.
        """
        return self.able - set(decided)

    def stuck(self, decided: Collection[UUID]) -> str | None:
        """Return why nobody can end a step that is pending; None where somebody can.

        Args:
            decided: For whom it was decided.
        """
        if not self.missing(decided):
            return "No active member is left who may decide here. An admin can name others."
        if self.rule is StepRule.ALL and self.needed - self.able - set(decided):
            return "Somebody whose approval is needed may decide no longer. An admin can name others."
        return None


@dataclass(frozen=True, slots=True)
class People:
    """The members who may decide, and who stands in for whom.

    Attributes:
        roles: Role by account, of active members who may decide.
        stand_ins: By account, who decides in its place.
    """

    roles: Mapping[UUID, Role]
    stand_ins: Mapping[UUID, frozenset[UUID]]

    def seats(self, role: str | None, named: Collection[str], rule: str, barred: UUID | None) -> Seats:
        """Return whose decisions a step needs.

        Args:
            role: That decides, where persons are not named.
            named: Accounts of the persons.
            rule: `any` or `all`.
            barred: Who must not decide, because it is their own request.
        """
        holders = {user_id for user_id, held in self.roles.items() if held == role}
        needed = (holders if role is not None else {UUID(each) for each in named}) - {barred}
        return Seats(frozenset(needed), frozenset(needed & self.roles.keys()), StepRule(rule))

    def places_of(self, actor: UUID) -> set[UUID]:
        """Return in whose place somebody may decide: their own and, through any number of stand-ins, others'."""
        if actor not in self.roles:
            return set()
        return {actor} | {person for person in self.roles if actor in self.substitutes(person)}

    def substitutes(self, person: UUID) -> set[UUID]:
        """Return everybody who stands in for somebody now."""
        found: set[UUID] = set()
        waiting = [person]
        while waiting:
            new = self.stand_ins.get(waiting.pop(), frozenset()) & self.roles.keys() - found - {person}
            found |= new
            waiting += new
        return found


async def people(session: AnySession) -> People:
    """Read who may decide now.

    Args:
        session: The transaction.
    """
    members, standing = await ApprovalRepository(session).people()
    roles = {user_id: Role(role) for user_id, role in members.items() if may_decide(Role(role))}
    stand_ins: dict[UUID, frozenset[UUID]] = {}
    for person, stand_in in standing:
        stand_ins[person] = stand_ins.get(person, frozenset()) | {stand_in}
    return People(roles, stand_ins)


def may_decide(role: Role) -> bool:
    """Return whether members with a role may decide on requisitions at all."""
    return Permission.APPROVAL_DECIDE in ROLE_PERMISSIONS[role]
