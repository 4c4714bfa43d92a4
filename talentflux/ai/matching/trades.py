"""The trade that a position's title names, in seven languages, as a field of the lexicon."""

import re
from functools import lru_cache

from talentflux.ai.taxonomy.text import fold

# For each field of the lexicon, the beginnings of words on folded titles that name its trade.
_TRADES: dict[str, str] = {
    "software-development": (
        r"(?:software|python|java|javascript|typescript|php|ruby|rust|golang|c\+\+|c#|\.net|web|mobile|android|ios|"
        r"apps?\b|full[- ]?stack|back[- ]?end|front[- ]?end|anwendungs?|game|embedded)[\w ./-]{0,20}"
        r"(?:develop|engineer|entwickl|programm|ingenieur|ontwikkel|desarroll|desenvolv|svilupp|architect)|"
        r"software\w*(?:entwickl|ingenieur|ontwikkel)|"
        r"(?:platform|devops|site reliability|data|machine learning|ml) engineer|"
        r"(?:developpeu|desarrollador|desenvolvedor|sviluppat|programador|programmat|programmeu|programmeerder)\w*|"
        r"(?:programmer|(?<!business )(?<!property )(?<!curriculum )developer|entwickler|ontwikkelaar)\w*|"
        r"(?:ingenieur|ingenier\w|engenheir\w|ingegner\w)[\w ]{0,12}"
        r"(?:logiciel|software)"
    ),
    "nursing": (
        r"nurse|midwife|krankenpfleg|krankenschwester|pflegefach|pflegekraft|intensivpfleg|infirmi|enfermer|enfermeir|"
        r"\w*verpleegkundig|infermier"
    ),
    "accounting": (
        r"accountant|bookkeeper|accounts (?:payable|receivable)|\w*buchhalt|comptable|contable|boekhoud|contabilista|"
        r"contador|contabil|ragionier|controller|accounting"
    ),
    "electrical-installation": (
        r"electrician|elektroniker|elektriker|elektroinstallat|elektromonteur|electricien|electricista|elektricien|"
        r"eletricista|elettricist|installatiemonteur"
    ),
    "warehouse-operations": (
        r"warehouse|(?:fach\w+ fur )?lager(?:logistik|ist|arbeit|leit|mitarbeit|helfer)|magasinier|cariste|entrepot|"
        r"preparateur de commandes|almacen|magazijn|armazem|magazzin|logistics operative|order picker|forklift|"
        r"distribution cent"
    ),
    "teaching": (
        r"teacher|lehrer|lehrkraft|enseignant|professeur|profesor|maestr\w de|leraar|docent|lerar|professor|insegnante"
    ),
    "cooking": r"(?:sous[- ]?)?chef de (?:cuisine|partie)|cook|koch|kochin|cuisini|cocinero|cocinera|kok\b|"
    r"cozinheir|cuoc",
    "project-management": r"project manager|projektleit|projektmanag|chef\w* de projet|jef[ea] de proyecto|projectleid|"
    r"gestor\w* de projeto|project lead|responsabile di progetto",
}
_RECEPTION = re.compile(
    r"(?<!\w)(?:reception|front (?:desk|office)|rezeption|empfang|recepcion|receptie|rececion|"
    r"recepcao|rececao|addett\w al ricevimento|guest (?:service|relation))"
)
_HOTEL = re.compile(r"(?<!\w)\w{0,8}(?:hotel|hostel|resort|pousada|parador|albergo|herberge|opera pms)")
_PATTERNS = {skill: re.compile(rf"(?<!\w)(?:{words})") for skill, words in _TRADES.items()}


@lru_cache(maxsize=10_000)
def trades(title: str, around: str = "") -> frozenset[str]:
    """Return the fields of work that whoever holds a title has worked in.

    Args:
        title: A position's title, or a field's name as written in a job.
        around: The line of the position, which may name the employer's trade.

    Returns:
        Ids of entries of the lexicon; none for a title of another trade.
    """
    folded = fold(title) + " "
    found = {skill for skill, pattern in _PATTERNS.items() if pattern.search(folded)}
    if _RECEPTION.search(folded) and (_HOTEL.search(folded) or _HOTEL.search(fold(around))):
        found.add("hotel-reception")
    return frozenset(found)
