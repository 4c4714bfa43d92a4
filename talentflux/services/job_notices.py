"""What applicants are told of automated screening, unless the employer says it in words of their own."""

from typing import Final

_TEXTS: Final[dict[str, str]] = {
    "en": (
        "A program compares your application with the requirements of this job: skills, years of experience, "
        "education, languages and certificates, each with the passage that it found. It orders applications; it "
        "rejects nobody. A person decides, sees the evidence and can overrule it. You can ask that your application "
        "is not compared by the program, and ask for an explanation and another look by a person."
    ),
    "de": (
        "Ein Programm vergleicht Ihre Bewerbung mit den Anforderungen dieser Stelle: Fähigkeiten, Jahre an Erfahrung, "
        "Ausbildung, Sprachen und Nachweise, jeweils mit der gefundenen Textstelle. Es ordnet Bewerbungen; es lehnt "
        "niemanden ab. Ein Mensch entscheidet, sieht die Belege und kann anders entscheiden. Sie können verlangen, "
        "dass Ihre Bewerbung nicht vom Programm verglichen wird, und um eine Erklärung und erneute Prüfung durch einen "
        "Menschen bitten."
    ),
    "fr": (
        "Un programme compare votre candidature aux exigences de ce poste : compétences, années d'expérience, "
        "formation, langues et certificats, chacun avec le passage trouvé. Il ordonne les candidatures ; il n'en "
        "rejette aucune. Une personne décide, voit les preuves et peut passer outre. Vous pouvez demander que votre "
        "candidature ne soit pas comparée par le programme, ainsi qu'une explication et un nouvel examen humain."
    ),
}


def notice(language: str) -> str:
    """Return the text in a language, in English where there is none.

    Args:
        language: ISO 639-1, with or without a country.
    """
    return _TEXTS.get(language.partition("-")[0], _TEXTS["en"])
