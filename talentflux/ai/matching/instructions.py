"""Text in a resume that is addressed to the reader's software instead of its reader."""

import re

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
    # German
    (
        r"(?:ignorier\w*|missacht\w*|vergiss|vergessen sie|uberspring\w*) (?:\w+ ){0,4}(?:anweisung\w*|"
        r"instruktion\w*|vorgaben|regeln|kriterien|prompts?)"
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
        r"(?:califi\w+|punt[ua]\w+|clasifi\w+|evalu\w+|valor[ae]|recomiend[ae]) (?:a )?(?:\w+ "
        r"){0,3}(?:candidat\w*|curriculum|cv|perfil|solicitud) (?:\w+ ){0,5}(?:primer\w*|mejor|maxim\w*|"
        r"perfect\w*|alt[oa]|100|10/10|ideal)"
    ),
    r"(?:da|dale|otorg\w+|asign\w+) (?:\w+ ){0,5}(?:puntuacion|nota|calificacion) (?:maxima|perfecta|mas alta)",
    r"eres (?:\w+ ){0,3}(?:ia|asistente|modelo de lenguaje)",
    # Dutch
    r"(?:negeer|vergeet) (?:\w+ ){0,4}(?:instructies?|aanwijzingen|regels|criteria|opdrachten)",
    (
        r"(?:beoordeel|rangschik|scoor|zet|plaats) (?:\w+ ){0,3}(?:kandidaat|sollicitant|cv|profiel) (?:\w+ "
        r"){0,5}(?:hoogst\w*|best\w*|eerste|bovenaan|perfect|maximale?|100|10/10)"
    ),
    r"geef (?:\w+ ){0,5}(?:hoogste|maximale|beste|volle) (?:score|beoordeling|punten|cijfer)",
    r"je bent (?:\w+ ){0,3}(?:ai|assistent|taalmodel)",
    # Portuguese
    r"(?:ignor[ea]m?|esqueca|desconsidere) (?:\w+ ){0,4}(?:instrucoes|orientacoes|regras|criterios|comandos)",
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
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?inst\]|<</?sys>>|^\s*(?:system|assistant)\s*:|"
    r"#{2,}\s*(?:system|instruction|new instructions?)\b",
    re.MULTILINE,
)


def instruction_spans(folded: str) -> list[tuple[int, int]]:
    """Find commands to software in visible text.

    Args:
        folded: The masked text, folded by `taxonomy.text.fold`, which keeps offsets.

    Returns:
        Start and end of each command; several in one line are one.
    """
    hits = sorted(match.span() for pattern in (_COMMAND, _MARKUP) for match in pattern.finditer(folded))
    spans: list[tuple[int, int]] = []
    for start, end in hits:
        if spans and "\n" not in folded[spans[-1][1] : start]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans
