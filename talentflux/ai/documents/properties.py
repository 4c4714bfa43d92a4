"""Document properties: nobody sees them on the page, so a long one is reported."""

from talentflux.ai.documents.builder import DocumentBuilder
from talentflux.ai.documents.container import Container
from talentflux.schemas.document import HiddenReason

# Titles, subjects and a handful of keywords are ordinary; a paragraph is not.
_ORDINARY_LENGTH = 160


def report_property(value: str | None, builder: DocumentBuilder) -> None:
    """Report one property of a document when it is longer than properties are.

    Args:
        value: Its text.
        builder: Receives the report.
    """
    if value and len(value.strip()) > _ORDINARY_LENGTH:
        builder.hide(value, HiddenReason.METADATA)


def report_properties(container: Container, part: str, builder: DocumentBuilder) -> None:
    """Report the properties in an XML part of a DOCX or ODT.

    Args:
        container: The open file.
        part: Name of the part.
        builder: Receives the reports.
    """
    root = container.xml(part)
    for node in root.iter() if root is not None else ():
        report_property(node.text, builder)
