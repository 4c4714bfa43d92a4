"""Words by which job descriptions and resumes in seven languages say necessity, years, degrees and languages."""

import re

from talentflux.schemas.resume import EducationLevel, LanguageLevel


def _any(words: str) -> re.Pattern[str]:
    """Compile alternatives that must stand as whole words."""
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


SHOULD = _any(
    r"nice[- ]to[- ]haves?|good to have|(?:is |are |be |as |considered |huge |big |definite |strong )?an? "
    r"(?:\w+ )?(?:plus|bonus|"
    r"advantage|asset)|plus points?|bonus(?: points)?|preferred|preferably|preference|desirable|desired|"
    r"desirable skills|"
    r"optional(?:ly)?|ideally|advantageous|beneficial|would be (?:great|nice|good|ideal|helpful)|not required|"
    r"not essential|"
    r"wünschenswert|von vorteil|vorteilhaft|idealerweise|gern(?:e)? gesehen|optional|pluspunkte?|nice|"
    r"un plus|un atout|serait un plus|souhaité[es]?|apprécié[es]?|idéalement|de préférence|"
    r"se valorará[n]?|valorable|deseable[s]?|preferible(?:mente)?|idealmente|será un plus|"
    r"(?:is )?een (?:pré|plus|pre)|bij voorkeur|wenselijk|gewenst|mooi meegenomen|"
    r"diferencia(?:l|is)|desejáve(?:l|is)|preferencial(?:mente)?|será valorizad[oa]|valoriza-se|"
    r"preferibil[ei]|preferibilmente|gradit[oaie]|costituisce titolo preferenziale|titolo preferenziale|è un "
    r"plus|nice-to-haves?"
)
# A wish that speaks of what follows it, after something that is asked for.
WISH_AHEAD = re.compile(
    r"(?<=\w)[\s,;(–-]+(?:preferabl[ye]|ideally|optionally|idealerweise|vorzugsweise|idéalement|de préférence|"
    r"preferiblemente|idealmente|bij voorkeur|preferencialmente|preferibilmente)\s+(?=\w)",
    re.IGNORECASE,
)
MUST = _any(
    r"must(?: have)?s?|required|require[sd]?|requirements?|mandatory|essential|necessary|need(?:ed|s)? to|"
    r"you(?:'ll| will)? need|minimum|"
    r"at least|should (?:have|possess|be|carry|hold)|has to|have to|"
    r"zwingend|erforderlich|vorausgesetzt|voraussetzung(?:en)?|notwendig|mindestens|muss|müssen|unbedingt|"
    r"requis[es]?|exigé[es]?|obligatoires?|indispensables?|impérati(?:f|ve)|nécessaires?|au moins|minimum|"
    r"imprescindibles?|requerid[oa]s?|obligatori[oa]s?|necesari[oa]s?|al menos|mínimo|se requiere|"
    r"vereist|verplicht|noodzakelijk|minimaal|ten minste|moet|"
    r"obrigatóri[oa]s?|necessári[oa]s?|exigid[oa]s?|indispensáve(?:l|is)|no mínimo|pelo menos|"
    r"richiest[oaie]|obbligatori[oaie]|necessari[oaie]|indispensabil[ei]|almeno"
)
# Wording that asks for something where the description has no part of its own for requirements.
WISH = _any(
    r"looking for|seek(?:ing|s)?|proven|proficien(?:t|cy)|experienced?|knowledge|skilled|familiar(?:ity)?|"
    r"fluent|fluency|"
    r"understanding|background in|expertise|you have|you bring|degree|certifi\w+|licen[sc]\w+|"
    r"suchen|erfahrung(?:en)?|\w*kenntnisse|beherrsch\w+|sicher im umgang|abgeschlossene\w*|"
    r"recherchons|expérience|connaissances?|maîtrise|titulaire|buscamos|experiencia|conocimientos?|dominio|titulación|"
    r"zoeken|ervaring|kennis|beheersing|procuramos|experiência|conhecimentos?|domínio|cerchiamo|esperienza|"
    r"conoscenza|laurea"
)

# Headings; the first pattern that fits names the part of the description. Folded text (no accents) is compared.
HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "should",
        re.compile(
            r"nice[- ]to[- ]have|good to have|we(?:'d| would) (?:like|love)|would be (?:nice|great)|extra "
            r"points|preferred|bonus|\bplus\b|desirable|desired (?:skill|qualif)|optional|"
            r"wunschenswert|von vorteil|pluspunkt|un plus|atouts?\b|souhaite|deseable|valorara|se valora|wenselijk|"
            r"bij voorkeur|\bpre\b|diferencia|desejave|titolo preferenziale|gradit|preferibil"
        ),
    ),
    (
        "duties",
        re.compile(
            r"responsibilit|duties|what you(?:'ll| will) (?:do|be doing)|you will\b|the role$|day[- ]to[- "
            r"]day|your (?:tasks|mission|role)|key tasks|"
            r"aufgaben|tatigkeit|das erwartet|missions?$|vos missions|responsabilites|"
            r"funciones|responsabilidades|tareas|wat ga je doen|taken|werkzaamheden|"
            r"atividades|atribuicoes|mansioni|responsabilita|attivita|cosa farai"
        ),
    ),
    (
        "must",
        re.compile(
            r"requirement|required|qualification|must[- ]have|what you(?:'ll)? (?:bring|need)|who you are|"
            r"your (?:profile|skills|background)|"
            r"we(?:'re| are) looking for|about you|skills|experience|education|competenc|essential|"
            r"prerequisite|you (?:have|bring)|expertise|"
            r"anforderung|profil|das bringst du|das bringen sie|qualifikation|voraussetzung|was du mitbringst|"
            r"kenntnisse|"
            r"profil recherche|competences|prerequis|exigences|formation requise|"
            r"requisitos|perfil|buscamos|conocimientos|formacion|"
            r"functie-?eisen|eisen|jouw profiel|profiel|wat vragen wij|wij vragen|wat breng|vereisten|"
            r"qualificacoes|o que buscamos|requisiti|profilo|competenze|cosa cerchiamo"
        ),
    ),
    (
        "title",
        re.compile(
            r"^(?:job |position |role )?title$|^(?:position|role|job|stellenbezeichnung|stelle|poste|intitule "
            r"du poste|puesto|functie|vaga|cargo|posizione|ruolo)$"
        ),
    ),
    (
        "location",
        re.compile(
            r"^(?:job |work )?locations?$|^(?:standort|arbeitsort|einsatzort|lieu|lieu de travail|"
            r"localisation|ubicacion|locatie|standplaats|localizacao|local|sede|luogo di lavoro)$"
        ),
    ),
    (
        "other",
        re.compile(
            r"summary|overview|about|benefit|we offer|what we|perks|salary|compensation|how to apply|equal "
            r"opportunity|company|description|"
            r"wir bieten|uber uns|benefits|wir sind|bewerbung|nous offrons|a propos|avantages|ofrecemos|sobre "
            r"nosotros|beneficios|"
            r"wij bieden|over ons|wat bieden|oferecemos|sobre a empresa|offriamo|chi siamo|cosa offriamo"
        ),
    ),
)

NUMBER_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "one ein einem eine un une uno een um uma",
            "two zwei deux dos twee dois duas due",
            "three drei trois tres drie tre",
            "four vier quatre cuatro quatro quattro",
            "five funf cinq cinco vijf cinque",
            "six sechs seis zes sei",
            "seven sieben sept siete zeven sete sette",
            "eight acht huit ocho oito otto",
            "nine neun neuf nueve negen nove",
            "ten zehn dix diez tien dez dieci",
        ),
        start=1,
    )
    for word in words.split()
}
_YEAR_WORD = r"(?:years?|yrs?\.?|jahre?n?|ans|annees?|an|anos?|jaar|jaren|anni|anno)"
# On folded text: "3+ years", "3-5 years", "two (2) years", "10 Jahre", "trois ans".
YEARS = re.compile(
    rf"(?<![\w.])(?:(?P<digits>\d{{1,2}}(?:[.,]\d)?)|(?P<word>{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))}))"
    rf"(?:\s*\(\s*\d{{1,2}}\s*\))?\W?\s*(?:\+|plus|or more|oder mehr)?\s*(?:(?:-|to|bis|a|tot|ou|"
    rf"or)\s*\d{{1,2}}\s*\+?)?\s*-?\s*{_YEAR_WORD}(?!\w)(?! old\b)"
)

EDUCATION: tuple[tuple[EducationLevel, re.Pattern[str]], ...] = (
    (
        EducationLevel.DOCTORATE,
        _any(
            r"ph\.?\s?d\.?|doctorate|doctoral(?: degree)?|dphil|promotion|promoviert|doktor|doctorat|"
            r"doctorado|gepromoveerd|doutorado|doutoramento|dottorato"
        ),
    ),
    (
        EducationLevel.MASTER,
        _any(
            r"master(?:'?s)?(?: degree| of \w+)?|masters|m\.?sc\.?|mba|m\.?eng\.?|m\.?a\.(?!\w)|m\.?s\. |"
            r"diplom(?:-\w+)?|magister|ingénieur diplômé|bac ?\+ ?5|máster|maestría|mestrado|laurea "
            r"magistrale|laurea specialistica|wo-niveau"
        ),
    ),
    (
        EducationLevel.BACHELOR,
        _any(
            r"bachelor(?:'?s)?(?: degree| of \w+)?|bachelors|b\.?sc\.?|b\.?a\.(?!\w)|b\.?s\.(?!\w)|b\.?eng\.?|"
            r"b\.?tech\.?|undergraduate degree|(?:university|college|academic|four[- ]year|4[- ]year|relevant|"
            r"technical)? ?degree|hochschulabschluss|studienabschluss|abgeschlossenes studium|studium|"
            r"fh-abschluss|licence (?:en|de|professionnelle|universitaire)|bac ?\+ ?[34]|diplôme "
            r"universitaire|licenciatura|grado universitario|"
            r"título universitario|grado(?= en)|hbo|wo|graduação|bacharelado|ensino superior|laurea(?: triennale)?"
        ),
    ),
    (
        EducationLevel.ASSOCIATE,
        _any(
            r"associate(?:'?s)? degree|associate of \w+|foundation degree|bac ?\+ ?2|bts|dut|higher national "
            r"diploma|hnd|técnico superior|tecnólogo"
        ),
    ),
    (
        EducationLevel.VOCATIONAL,
        _any(
            r"apprenticeship|vocational (?:training|qualification|diploma|education)|trade school|ausbildung|"
            r"berufsausbildung|lehre|cap|bep|formación profesional|ciclo formativo|mbo|curso técnico|diploma "
            r"professionale|qualifica professionale"
        ),
    ),
    (
        EducationLevel.SECONDARY,
        _any(
            r"high[- ]school(?: diploma)?|secondary (?:school|education)|ged|a-levels?|abitur|fachabitur|"
            r"mittlere reife|baccalauréat|bachillerato|vwo|havo|ensino médio|ensino secundário|diploma di "
            r"maturità|diploma superiore"
        ),
    ),
)

LANGUAGES: dict[str, re.Pattern[str]] = {
    code: _any(words)
    for code, words in {
        "en": r"english|englisch(?:e|en|er)?|englischkenntnisse|anglais|inglés|engels|inglês|inglese",
        "de": r"german|deutsch(?:e|en|er)?|deutschkenntnisse|allemand|alemán|duits|alemão|tedesco",
        "fr": r"french|französisch(?:e|en)?|französischkenntnisse|français|francés|frans|francês|francese",
        "es": r"spanish|spanisch(?:e|en)?|espagnol|español|castellano|spaans|espanhol|spagnolo",
        "nl": (
            r"dutch|niederländisch(?:e|en)?|néerlandais|neerlandés|holandés|nederlands(?:e)?|holandês|neerlandês|"
            r"olandese"
        ),
        "pt": r"portuguese|portugiesisch(?:e|en)?|portugais|portugués|portugees|português|portoghese",
        "it": r"italian|italienisch(?:e|en)?|italien|italiano|italiaans",
        "pl": r"polish|polnisch|polonais|polaco|pools|polonês|polacco",
        "ru": r"russian|russisch|russe|ruso|russo",
        "tr": r"turkish|türkisch|turc|turco|turks",
        "ar": r"arabic|arabisch|arabe|árabe|arabo",
        "zh": r"chinese|mandarin|chinesisch|chinois|chino|chinês|cinese|cantonese",
        "ja": r"japanese|japanisch|japonais|japonés|japans|japonês|giapponese",
        "ko": r"korean|koreanisch|coréen|coreano",
        "hi": r"hindi",
        "uk": r"ukrainian|ukrainisch|ukrainien|ucraniano",
        "sv": r"swedish|schwedisch|suédois|sueco|zweeds|svedese",
        "da": r"danish|dänisch|danois|danés|deens",
        "no": r"norwegian|norwegisch|norvégien|noruego",
        "fi": r"finnish|finnisch|finnois|finlandés",
        "cs": r"czech|tschechisch|tchèque|checo",
        "ro": r"romanian|rumänisch|roumain|rumano",
        "hu": r"hungarian|ungarisch|hongrois|húngaro",
        "el": r"greek|griechisch|grec|griego",
        "he": r"hebrew|hebräisch|hébreu|hebreo",
    }.items()
}
LANGUAGE_LEVELS: tuple[tuple[LanguageLevel, re.Pattern[str]], ...] = (
    (
        LanguageLevel.NATIVE,
        _any(
            r"native|mother tongue|muttersprach\w*|langue maternelle|nativ[oa]|lengua materna|moedertaal|"
            r"língua materna|madrelingua|bilingu\w*"
        ),
    ),
    (LanguageLevel.C2, _any(r"c2|proficient user|mastery")),
    (
        LanguageLevel.C1,
        _any(
            r"c1|fluent(?:ly)?|fluency|full professional|verhandlungssicher\w*|fließend\w*|fliessend\w*|sehr "
            r"gute?n?|courant|couramment|fluid[oa]|fluidez|dominio|vloeiend|uitstekend\w*|fluente|fluência|"
            r"ottim[oa]|advanced|excellent|avanzado|avançado|avanzato"
        ),
    ),
    (
        LanguageLevel.B2,
        _any(
            r"b2|professional|business|good|gute?n?|upper[- ]intermediate|bonne?|bon niveau|buen|bueno|goed|"
            r"goede|bom|buon[oa]?|strong|proficien\w+"
        ),
    ),
    (
        LanguageLevel.B1,
        _any(
            r"b1|intermediate|working knowledge|conversational|intermédiaire|intermedio|intermediário|"
            r"gemiddeld|limited working"
        ),
    ),
    (LanguageLevel.A2, _any(r"a2|basic|elementary|grundkenntnisse|notions|básico|basis|base|scolaire")),
    (LanguageLevel.A1, _any(r"a1|beginner|anfänger|débutant|principiante")),
)
LANGUAGE_WORDS = _any(
    r"languages?|speak(?:ing|er|s)?|spoken|written|writing|verbal|oral|fluent|communicat\w+|sprachkenntnisse|"
    r"\w*kenntnisse|sprach\w*|"
    r"wort und schrift|langues?|parlé|écrit|oral|idiomas?|hablado|escrito|talen|mondeling|schriftelijk|"
    r"beheersing|línguas?|falado|lingua|lingue|"
    r"parlato|scritto|conoscenza della lingua|[abc][12]"
)

CERTIFICATE = re.compile(
    r"(?P<name>(?:[A-Z][\w+&/.-]*\s+){0,4}(?:certifi(?:ed|cation|cate)s?|zertifi\w+|certificat(?:ion)?s?|"
    r"certificación|certificado|certificering|"
    r"certificação|certificazione|licen[sc]e|licensure|permis de conduire|führerschein\w*|rijbewijs|carnet de "
    r"conducir|patente)"
    r"(?:\s+(?:in|as|of|for|en|klasse|class|b|c|ce)\b)?(?:\s+[A-Z][\w+&/.-]*){0,4})",
    re.IGNORECASE,
)
EXPERIENCE = re.compile(
    r"^[^,;.]{0,40}?\b(?:experience|expérience|experiencia|ervaring|experiência|esperienza|\w*erfahrung(?:en)?)\b",
    re.IGNORECASE,
)
AS_ROLE = re.compile(
    r"\b(?:working as|experience as|employed as|served as|role of|position of|as|als|en tant que|comme|como|come)\s+"
    r"(?:an?\s+|the\s+|einer?\s+|eine[nm]?\s+|un[ea]?\s+|een\s+|uma?\s+)?(?P<role>.+)",
    re.IGNORECASE,
)
IN_FIELD = re.compile(
    (
        r"\b(?:in|with|of|using|within|mit|im|in der|en|dans|avec|met|em|com|nel|nella|con)\s+(?:an?\s+|the\s+|"
        r"der\s+|dem\s+|la\s+|el\s+|le\s+)?(?P<field>.+)"
    ),
    re.IGNORECASE,
)
# Where a role's name ends within a sentence.
ROLE_END = re.compile(
    r"\s*(?:(?<!\bjr)(?<!\bsr)[;:.!?(](?:\s|$)|,(?!\s+[\w/-]+(?:\s[\w/-]+)?,?\s+(?:and|or)\s)|\b(?:with|where|"
    r"focus(?:ed|ing)?|involving|"
    r"overseeing|including|responsible|who|which|that|for|position|role|experience|level|required|is|are|"
    r"would|will|mit|sowie|avec|con|"
    r"met|com|during|within|at|along|across|utili[sz]ing|using|based|particularly|earning|dealing|plus|"
    r"preferred|of at least|"
    r"and (?:an? |the )?(?:additional|another|further|previous|most)|or (?:an? )?(?:similar|related|"
    r"comparable|equivalent))\b|"
    r"\bin (?:an?|the|fields?) )",
    re.IGNORECASE,
)
SENIORITY = {
    "intern": 0,
    "trainee": 0,
    "apprentice": 0,
    "praktikant": 0,
    "stagiaire": 0,
    "junior": 1,
    "jr": 1,
    "entry": 1,
    "graduate": 1,
    "associate": 1,
    "assistant": 1,
    "senior": 3,
    "sr": 3,
    "lead": 4,
    "principal": 4,
    "staff": 4,
    "head": 5,
    "director": 5,
    "chief": 6,
    "vp": 6,
    "vice": 6,
}
LANGUAGE_HINTS = {
    "en": "the and of to for with you we our will are experience skills",
    "de": "und der die das mit wir sie für von eine ihre du bei",
    "fr": "et le la les des vous nous pour avec une dans votre en",
    "es": "y el los las de para con una que en nuestro experiencia se",
    "nl": "en de het een van voor met wij je jij ons bij ervaring",
    "pt": "e o os as de para com uma que em nossa experiência não",
    "it": "e il gli di per con una che nel nostra esperienza sono della",
}
