"""One file, read and analysed: what the stored side keeps and what screening scores."""

from talentflux.schemas.base import Schema
from talentflux.schemas.document import Document
from talentflux.schemas.features import ResumeFeatures
from talentflux.schemas.resume import ParsedResume


class AnalysedResume(Schema):
    """A resume with all that is known of it."""

    document: Document
    parsed: ParsedResume
    features: ResumeFeatures

    @property
    def masked_text(self) -> str:
        """The text without personal details: the only one that is scored, embedded and searched."""
        return self.features.text
