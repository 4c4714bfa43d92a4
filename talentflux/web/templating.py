"""The one Jinja2 environment of pages and reports."""

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from talentflux import __version__
from talentflux.web.highlight import highlight

VERDICT_SIGNS = {"met": "●", "partly": "◐", "not_shown": "○"}
VERDICT_WORDS = {"met": "met", "partly": "partly", "not_shown": "not shown"}


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the environment: escaping on, unknown names are errors."""
    environment = Environment(
        loader=PackageLoader("talentflux.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["highlight"] = highlight
    environment.globals.update(signs=VERDICT_SIGNS, words=VERDICT_WORDS, version=__version__)
    return environment
