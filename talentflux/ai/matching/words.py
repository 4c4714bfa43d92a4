"""Content words of a text, reduced to stems, for comparing phrases without a model."""

import re
from functools import lru_cache

from talentflux.ai.taxonomy.text import expand_ligatures, fold

_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
# Function words of the seven languages, and words every job or resume uses whatever it is about.
STOP_WORDS = frozenset(
    """
    a an the and or of in on at to for with by from as is are was were be been being am it its this that these
    those i my we our you your they their he she his her him who whom which what will would shall should can
    could may might must have has had having do does did done not no nor so such than then there here up out
    over under into onto per via etc also both each any all some more most other others own same too very just
    about across within while during between through ability able experience experienced experiences knowledge
    knowledgeable skill skills skilled proficient proficiency strong excellent good great solid proven
    demonstrated familiarity familiar understanding expertise using use used usage work working worked year
    years yr yrs month months least minimum required requirement requirements preferred plus including include
    includes new well high level role position job candidate ideal responsible responsibilities duties highly
    efficient exceptional superior outstanding effective effectively sound robust expert adept valid track
    record thorough extensive deep depth advanced competent competency competence der die das den dem des ein
    eine einen einem einer und oder von vom im in zu zur zum mit bei fur auf aus als an ist sind war sowie sehr
    gute guter kenntnisse erfahrung erfahrungen jahre jahren le la les un une des du de et ou en dans sur pour
    par avec au aux est sont que qui ans annees connaissance connaissances competences maitrise el los las una
    unos unas del y o con por para es son anos conocimiento conocimientos experiencia het een van en of op te
    met voor bij door zijn is als jaar kennis ervaring os as um uma do da dos das e ou em no na nos nas com por
    para anos conhecimento conhecimentos il lo gli i uno dei delle della degli al alla ed o nel nella con per
    anni conoscenza esperienza
    """.split()  # noqa: SIM905 - hundreds of words read better as a text
)
# Longest first; the rest of the word keeps at least three letters.
_ENDINGS = (
    *("izations", "isations", "ization", "isation", "ational", "fulness", "iveness", "ements", "ations", "encies"),
    *("ement", "ments", "ation", "ators", "ition", "ively", "ingly", "ities", "ables", "ibles"),
    *("ment", "ator", "able", "ible", "ance", "ence", "ings", "ions", "ency", "ancy", "ists", "ical", "izes", "ises"),
    *("ized", "ised", "ness", "ated", "ates", "ally"),
    *("ing", "ion", "ers", "ors", "ist", "ive", "ity", "ied", "ies", "ate", "ize", "ise", "ful", "ous", "ian", "ics"),
    *("al", "ed", "er", "or", "es", "ly", "ic", "en"),
    *("s", "e", "y"),
)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Cut the ending of a folded word, so that `manage`, `managing`, `manager` and `management` are one.

    Args:
        word: A folded word.

    Returns:
        The stem; words of four letters or fewer and words with digits or signs stay whole.
    """
    if "ß" in word or "æ" in word or "œ" in word:
        word = expand_ligatures(word)
    if word.startswith("analy"):
        return "analy"  # analyse, analysis, analyst and analytics share no ending
    if not word.isalpha() or len(word) <= 4:
        return word[:-1] if len(word) == 4 and word.endswith("s") and not word.endswith("ss") else word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            rest = word[: -len(ending)]
            # A doubled consonant belongs to the ending: planning, plan.
            return rest[:-1] if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "slz" else rest
    return word


def content_words(text: str) -> list[str]:
    """Return the stems of a text's content words in order.

    Args:
        text: Any text.

    Returns:
        Stems without function words; masked stretches count for nothing.
    """
    return [stem(word) for word in _WORD.findall(fold(text)) if word not in STOP_WORDS]


def similar(one: str, other: str) -> bool:
    """Tell whether two stems are the same word but for one slip of the keyboard.

    Args:
        one: A stem.
        other: A stem.

    Returns:
        True where they are equal, or both have six letters or more, begin alike and differ by one letter inserted,
        dropped, replaced or swapped with its neighbour.
    """
    if one == other:
        return True
    if len(one) > len(other):
        one, other = other, one
    if len(one) < 6 or len(other) - len(one) > 1 or one[0] != other[0] or not one.isalpha():
        return False
    at = next((i for i in range(len(one)) if one[i] != other[i]), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    return swapped or one[at + 1 :] == other[at + 1 :]
