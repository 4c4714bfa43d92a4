"""Statements without the filters that nobody gave.

A filter that holds while its parameter is null hides from the planner what rows could be found by. So a list is made
ready once for each set of filters that is asked for.
"""

from typing import Any, cast

from sqlalchemy import BooleanClauseList, Label, Select, bindparam, func, select, true
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, Cast, ColumnElement, Null

Rows = Select[*tuple[Any, ...]]


def optional_names(statement: Rows) -> frozenset[str]:
    """Return the parameters of a statement that leave out a filter while they are null.

    Args:
        statement: With filters of the form `:name is null or …`.
    """
    return frozenset(name for part in visitors.iterate(statement) if (name := optional_name(part)) is not None)


def variant(statement: Rows, given: frozenset[str]) -> Rows:
    """Return a statement with just those of its optional filters that are given, and these as plain conditions.

    Args:
        statement: With filters of the form `:name is null or …`.
        given: Parameters that are not null.
    """

    def replaced(part: Any, **_: Any) -> ColumnElement[bool] | None:
        name = optional_name(part)
        if name is None:
            return None
        if name not in given:
            return true()
        conditions = part.clauses[1:]
        return conditions[0] if len(conditions) == 1 else BooleanClauseList.or_(*conditions)

    made: Rows = cast("Any", visitors.replacement_traverse)(statement, {}, replaced)
    return made


def in_all(statement: Rows) -> Label[int]:
    """Return how many rows a list has in all, as a column of it: from `:first_…`, where it goes on from `:after_…`.

    Args:
        statement: The list, without a limit.
    """

    def replaced(part: Any, **_: Any) -> BindParameter[Any] | None:
        if isinstance(part, BindParameter) and part.key.startswith("after_"):
            return bindparam(part.key.replace("after_", "first_", 1), type_=part.type)
        return None

    whole: Rows = cast("Any", visitors.replacement_traverse)(statement.order_by(None), {}, replaced)
    return select(func.count()).select_from(whole.subquery()).scalar_subquery().label("in_all")


def optional_name(part: Any) -> str | None:
    """Return the parameter that leaves out a condition while it is null; None for all else.

    Args:
        part: Of a statement.
    """
    if not isinstance(part, BooleanClauseList) or part.operator is not operators.or_:
        return None
    first = part.clauses[0]
    if not (isinstance(first, BinaryExpression) and first.operator is operators.is_ and isinstance(first.right, Null)):
        return None
    asked = first.left
    while isinstance(asked, Cast):
        asked = asked.clause
    return str(asked.key) if isinstance(asked, BindParameter) else None
