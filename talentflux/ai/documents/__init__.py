"""Reading files: one face for all kinds, in this process or in a pool of children.

`read_document` reads one file in this process. `ReaderPool` does it, or any other task on a file, in child processes
with limits: what is used for files of strangers. `expand_archive` yields the files of a zip archive.
"""

from talentflux.ai.documents.archive import ArchiveEntry, expand_archive
from talentflux.ai.documents.pool import Outcome, ReaderPool, ReaderStartError
from talentflux.ai.documents.reader import read_document

__all__ = ["ArchiveEntry", "Outcome", "ReaderPool", "ReaderStartError", "expand_archive", "read_document"]
