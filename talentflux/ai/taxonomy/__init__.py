"""Skills: the lexicon, finding its entries in texts, links to imported taxonomies."""

from talentflux.ai.taxonomy.importer import ImportReport, import_taxonomy
from talentflux.ai.taxonomy.lexicon import Lexicon, load_lexicon
from talentflux.ai.taxonomy.matcher import SkillMatcher

__all__ = ["ImportReport", "Lexicon", "SkillMatcher", "import_taxonomy", "load_lexicon"]
