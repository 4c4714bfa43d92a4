"""Skills: the lexicon, finding its entries in texts, links to imported taxonomies."""

from talentflux.ai.taxonomy.lexicon import Lexicon, load_lexicon
from talentflux.ai.taxonomy.matcher import SkillMatcher

__all__ = ["Lexicon", "SkillMatcher", "load_lexicon"]
