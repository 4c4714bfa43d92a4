"""SQL of tasks."""

from talentflux.models import Task
from talentflux.repositories.base import TenantRepository


class TaskRepository(TenantRepository[Task]):
    """Background work of the organization."""

    model = Task
