"""SQL of files."""

from talentflux.models import File
from talentflux.repositories.base import TenantRepository


class FileRepository(TenantRepository[File]):
    """Originals in the file store."""

    model = File
