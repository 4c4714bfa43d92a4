"""Text in a resume that is addressed to the reader's software instead of its reader."""

import re
import unicodedata
from bisect import bisect_right

# Each alternative joins a verb of command or of rating with what only software would obey; folded text is compared.
_COMMANDS = (
    # English
    (
        r"(?:ignore|disregard|forget|override|bypass) (?:\w+ ){0,4}(?:instructions?|prompts?|rules|guidelines|"
        r"criteria|directions|commands)"
    ),
    r"(?:do not|don't|never) (?:reject|score|rank|penali[sz]e|filter) (?:\w+ ){0,3}(?:candidate|applicant|resume|cv)",
    (
        r"(?:rate|rank|score|mark|classify|evaluate|grade|recommend|place|list|consider) (?:\w+ "
        r"){0,3}(?:candidate|applicant|resume|cv|me|application|profile) (?:\w+ ){0,4}(?:highest|top|first|best|"
        r"perfect|maximum|10/10|100|excellent|hire|qualified|ideal|fit|match)"
    ),
    (
        r"(?:give|assign|award|return|output|respond with|answer with|print) (?:\w+ ){0,5}(?:maximum|highest|"
        r"perfect|full|top|100|10/10)(?: \w+){0,2} (?:scores?|ratings?|marks?|rank(?:ing)?|points)"
    ),
    (
        r"(?:this|the) (?:candidate|applicant) (?:must|should|has to) be (?:\w+ ){0,3}(?:hired|selected|ranked|"
        r"rated|scored|shortlisted|accepted|recommended)"
    ),
    (
        r"you are (?:now )?(?:an? )?(?:\w+ ){0,3}(?:ai|assistant|language model|llm|chatbot|gpt|recruiter bot|"
        r"screening (?:bot|system|software))"
    ),
    (
        r"(?:as an|dear|attention|note to|to the|hey|hello) (?:ai|llm|language model|chatgpt|gpt|screening "
        r"(?:software|system|tool)|automated (?:system|screening)|ats|resume (?:parser|screener))(?: \w+)*"
    ),
    r"system prompt|jailbreak|developer mode|prompt injection",
    (
        r"(?:ignore|disregard|forget|pay no attention to) (?:\w+ ){0,3}(?:job|vacancy|role|position) "
        r"(?:description|requirements?|posting|advert\w*|ad|specification)\b"
    ),
    (
        r"(?:ignore|disregard|forget|pay no attention to) (?:(?:the|all|everything|anything|whatever|what|of|is|was|"
        r"that|text|content|lines?|words|stands?|written|said|stated|came|goes) ){1,6}(?:above|foregoing|preceding|"
        r"before)\b"
    ),
    (
        r"(?:ignore|disregard|forget) (?:everything|anything|all|whatever|what) (?:\w+ ){0,5}(?:before|previously|"
        r"prior|earlier|so far|until now|told|preceded|precedes)\b"
    ),
    (
        r"(?:ignore|disregard|forget) (?:\w+ ){0,2}(?:previous|prior|earlier) (?:text|context|content|messages?|"
        r"conversation)\b"
    ),
    # German
    (
        r"(?:ignorier\w*|missacht\w*|vergiss|vergessen sie|uberspring\w*) (?:\w+ ){0,4}(?:anweisung\w*|"
        r"instruktion\w*|vorgaben|regeln|kriterien|prompts?)"
    ),
    (
        r"(?:ignorier(?:e|t|en sie)|vergiss|vergesst|vergessen sie|missachte[nt]?(?: sie)?) (?:\w+ ){0,3}(?:"
        r"bisherige\w*|vorherige\w*|vorangegangene\w*|vorstehende\w*|obige\w*|oben|davor|zuvor|vorher|"
        r"stellenbeschreibung|stellenanzeige|stellenausschreibung)\b"
    ),
    (
        r"(?:bewerte\w*|stufe\w*|setze\w*|ordne\w*|empfiehl|empfehlen sie) (?:\w+ ){0,4}(?:kandidat\w*|"
        r"bewerber\w*|lebenslauf|profil|mich|bewerbung) (?:\w+ ){0,5}(?:hochst\w*|best\w*|erste\w*|perfekt|"
        r"maximal\w*|100|ideal\w*|oben)"
    ),
    (
        r"(?:gib|geben sie|vergib|vergeben sie) (?:\w+ ){0,5}(?:hochst\w*|maximal\w*|beste|volle) (?:\w+ "
        r"){0,2}(?:punktzahl|bewertung|note|punkte)"
    ),
    r"du bist (?:\w+ ){0,3}(?:ki|assistent|sprachmodell)",
    # French
    (
        r"(?:ignore[zr]?|oublie[zr]?|ne tene?z pas compte|ne tiens pas compte) (?:\w+ |d'|"
        r"l'){0,5}(?:instructions?|consignes?|regles?|criteres?|prompts?)"
    ),
    (
        r"(?:ignore[zr]?|oublie[zr]?|ne tene?z pas compte|ne tiens pas compte|fai(?:s|tes) abstraction) (?:\w+ |d'|l'|"
        r"qu'){0,5}(?:precede\w*|ci-dessus|au-dessus|plus haut|offre d'emploi|description (?:du poste|de poste|de "
        r"l'emploi))\b"
    ),
    (
        r"(?:note[zr]?|classe[zr]?|evalue[zr]?|recommande[zr]?|place[zr]?) (?:\w+ ){0,3}(?:candidat\w*|cv|profil|"
        r"candidature) (?:\w+ ){0,5}(?:premier\w*|meilleur\w*|maxim\w*|parfait\w*|haut|100|10/10|ideal\w*|tete)"
    ),
    (
        r"(?:donne[zr]?|attribue[zr]?) (?:\w+ ){0,5}(?:note|score|evaluation) (?:maxim\w*|parfaite?|la plus haute|"
        r"le plus (?:haut|eleve))"
    ),
    r"(?:tu es|vous etes) (?:\w+ ){0,3}(?:ia|assistant|modele de langage)",
    # Spanish
    (
        r"(?:ignor[ae]n?|olvid[ae]|haz caso omiso de|no tengas en cuenta) (?:\w+ ){0,4}(?:instrucciones|"
        r"indicaciones|reglas|criterios|ordenes)"
    ),
    (
        r"(?:ignor[ae]n?|olvid[ae]n?|desestim[ae]n?|haz caso omiso de|no tengas en cuenta) (?:\w+ ){0,4}(?:"
        r"anterior(?:es|mente)?|previo|precedente|arriba|hasta ahora|descripcion del (?:puesto|trabajo|"
        r"empleo)|oferta de empleo)\b"
    ),
    (
        r"(?:califi\w+|punt[ua]\w+|clasifi\w+|evalu\w+|valor[ae]|recomiend[ae]) (?:a )?(?:\w+ "
        r"){0,3}(?:candidat\w*|curriculum|cv|perfil|solicitud) (?:\w+ ){0,5}(?:primer\w*|mejor|maxim\w*|"
        r"perfect\w*|alt[oa]|100|10/10|ideal)"
    ),
    r"(?:da|dale|otorg\w+|asign\w+) (?:\w+ ){0,5}(?:puntuacion|nota|calificacion) (?:maxima|perfecta|mas alta)",
    r"eres (?:\w+ ){0,3}(?:ia|asistente|modelo de lenguaje)",
    # Dutch
    r"(?:negeer|vergeet) (?:\w+ ){0,4}(?:instructies?|aanwijzingen|regels|criteria|opdrachten)",
    (
        r"(?:negeer|vergeet) (?:\w+ ){0,4}(?:hiervoor|hierboven|daarvoor|voorgaande|bovenstaande|voorafgaande|eerdere|"
        r"vacaturetekst|functieomschrijving)\b"
    ),
    (
        r"(?:beoordeel|rangschik|scoor|zet|plaats) (?:\w+ ){0,3}(?:kandidaat|sollicitant|cv|profiel) (?:\w+ "
        r"){0,5}(?:hoogst\w*|best\w*|eerste|bovenaan|perfect|maximale?|100|10/10)"
    ),
    r"geef (?:\w+ ){0,5}(?:hoogste|maximale|beste|volle) (?:score|beoordeling|punten|cijfer)",
    r"je bent (?:\w+ ){0,3}(?:ai|assistent|taalmodel)",
    # Portuguese
    r"(?:ignor[ea]m?|esqueca|desconsidere) (?:\w+ ){0,4}(?:instrucoes|orientacoes|regras|criterios|comandos)",
    (
        r"(?:ignor[ea]m?|esqueca(?:m)?|esquece|desconsidere[m]?) (?:\w+ ){0,4}(?:acima|anterior(?:es|mente)?|"
        r"precedente|ate agora|descricao (?:da vaga|do cargo|do trabalho))\b"
    ),
    (
        r"(?:classifi\w+|avali\w+|pontu\w+|recomend\w+|coloque) (?:\w+ ){0,3}(?:candidat\w*|curriculo|cv|perfil) "
        r"(?:\w+ ){0,5}(?:primeir\w*|melhor|maxim\w*|perfeit\w*|alt[oa]|topo|100|10/10|ideal)"
    ),
    r"(?:de|atribua|conceda) (?:\w+ ){0,5}(?:pontuacao|nota|avaliacao) (?:maxima|perfeita|mais alta)",
    r"(?:voce e|tu es) (?:\w+ ){0,3}(?:ia|assistente|modelo de linguagem)",
    # Italian
    (
        r"(?:ignora(?:te|re)?|dimentica(?:te)?|non considerare) (?:\w+ ){0,4}(?:istruzioni|indicazioni|regole|"
        r"criteri|comandi)"
    ),
    (
        r"(?:ignora(?:te|re)?|dimentica(?:te)?|non considerare|trascura(?:te)?) (?:\w+ ){0,4}(?:sopra|precede\w*|"
        r"sopraindicat\w+|suddett\w+|finora|descrizione (?:del lavoro|della posizione)|annuncio di lavoro)\b"
    ),
    (
        r"(?:valut\w+|classifi\w+|raccomand\w+|metti|posiziona) (?:\w+ ){0,3}(?:candidat\w*|curriculum|cv|"
        r"profilo) (?:\w+ ){0,5}(?:prim[oa]|miglior\w*|massim\w*|perfett\w*|alt[oa]|cima|100|10/10|ideale)"
    ),
    (
        r"(?:dai|assegna(?:te)?|attribui(?:sci|te)) (?:\w+ ){0,5}(?:punteggio|voto|valutazione) (?:massim[oa]|"
        r"perfett[oa]|piu alt[oa])"
    ),
    r"sei (?:\w+ ){0,3}(?:ia|assistente|modello linguistico)",
)
# Every command begins with a word, so that the many alternatives are tried at the beginnings of words only.
_COMMAND = re.compile(rf"\b(?:{'|'.join(_COMMANDS)})")
# Markup that only a prompt has.
_MARKUP = re.compile(
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?inst\]|<</?sys>>|^[^\S\n]*(?:system|assistant)\s{0,9}:|"
    r"#{2}\s{0,9}(?:system|instruction|new instructions?)\b",
    re.MULTILINE,
)

# Folded letters of other alphabets, each before the Latin letter that it looks like.
_PAIRS = (
    "аa еe оo рp сc уy хx іi їi јj ѕs һh ԁd ԛq ԝw кk мm тt вb нh пn гr иu ӏl ёe "
    "αa οo ρp νv ιi υu τt κk εe ηn χx γy ωw βb σo ςc"
)
_LOOKALIKES = {ord(pair[0]): pair[1] for pair in _PAIRS.split()} | {
    # Full-width letters and those of mathematical alphabets
    code: unicodedata.normalize("NFKC", chr(code)).lower()
    for code in (*range(0xFF21, 0xFF5B), *range(0x1D400, 0x1D6A4))
}
_DIGITS = str.maketrans("0134578@$", "oieastbas")
_MIXED_WORD = re.compile(r"(?<![\w@$])(?=[\w@$]{0,20}[0134578@$])(?=[\w@$]{0,20}[^\W\d_])[\w@$]{3,20}(?![\w@$])")
# Where a line is wrapped or spaces and signs of emphasis stand inside a sentence; an empty line ends it.
_GAP = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])|[*\"“”„«»]+|[^\S\n]*\n(?![^\S\n]*\n)[^\S\n]*|[^\S\n]{2,}|[^\S\n ]")
_FULL_STOP = re.compile(r"[.!?](?=\s|$)")
_NEW_LINE = re.compile(r"[^\S\n]*(?:$|\n|[-*•·▪●◦‣–—+►✓])")
# What a command over two lines begins after: ordinary lines that only stand together are no sentence.
_BEGINNING = re.compile(
    r"(?:\A|[\n.!?:;,()\[\]*•·▪●–—-]|\b(?:please|kindly|now|and|then|must|should|bitte|und|et|y|en|e))\s*\Z"
)
# A shorter line was not wrapped; a longer sentence is not followed further.
_WRAPPED_LINE = 60
_LONGEST_SENTENCE = 600


def instruction_spans(folded: str) -> list[tuple[int, int]]:
    """Find commands to software in visible text.

    Letters of other alphabets and digits inside words are read as the letter that they look like, and lines that no
    empty line divides are read as one.

    Args:
        folded: The masked text, folded by `taxonomy.text.fold`, which keeps offsets.

    Returns:
        Start and end of each command with the rest of its sentence; several in one line are one.
    """
    plain = folded if folded.isascii() else folded.translate(_LOOKALIKES)
    plain = _MIXED_WORD.sub(lambda word: word[0].translate(_DIGITS), plain)
    joined, places, origins = _join(plain)
    hits = [match.span() for match in _MARKUP.finditer(folded)]
    for match in _COMMAND.finditer(joined):
        first, last = (bisect_right(places, place) - 1 for place in (match.start(), match.end() - 1))
        start, stop = origins[first] + match.start() - places[first], origins[last] + match.end() - places[last]
        if "\n" not in folded[start:stop] or _BEGINNING.search(folded[max(0, start - 20) : start]):
            hits.append((start, stop))
    spans: list[tuple[int, int]] = []
    for start, stop in sorted(hits):
        if spans and stop <= spans[-1][1]:
            continue
        end = _sentence_end(folded, stop)
        if spans and "\n" not in folded[spans[-1][1] : start]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _join(text: str) -> tuple[str, list[int], list[int]]:
    """Join wrapped lines and drop repeated spaces.

    Args:
        text: Any text.

    Returns:
        The joined text; the offsets in it at which a stretch copied as it stands begins; and the offset of each such
        stretch in `text`.
    """
    pieces: list[str] = []
    places, origins = [0], [0]
    length = position = 0
    for gap in _GAP.finditer(text):
        pieces.append(text[position : gap.start()])
        length += gap.start() - position
        if gap[0].isspace():
            pieces.append(" ")
            places.append(length)
            origins.append(gap.start())
            length += 1
        position = gap.end()
        places.append(length)
        origins.append(position)
    pieces.append(text[position:])
    return "".join(pieces), places, origins


def _sentence_end(text: str, position: int) -> int:
    """Return where the sentence around an offset ends: at a full stop, or with the last line of those wrapped."""
    longest = position + _LONGEST_SENTENCE
    start = text.rfind("\n", 0, position) + 1
    while True:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        stop = _FULL_STOP.search(text, position, end)
        if stop is not None:
            return stop.end()
        if end - start < _WRAPPED_LINE or end > longest or _NEW_LINE.match(text, end + 1):
            return end
        start = position = end + 1
