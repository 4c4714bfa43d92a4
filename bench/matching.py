"""How well resumes are matched with jobs, on pairs of a fitting and a degraded resume (RJDB).

Each row of the data has a job description, a resume written to fit it, the same resume with skills taken out and time
in a role cut, the skills that the job asks for, and the list of what was taken out.

Pair accuracy: the share of rows in which the fitting resume's total is larger than the degraded one's; a tie counts
half.

Missing requirement: each skill of the row becomes a requirement by its name alone (`term_requirement`), and the
degraded resume is judged on it. It is predicted to be lacking where the verdict is "not shown", or where what was found
has a confidence below one half (a position's title alone, a field of study alone, one common word inside a sentence). A
skill counts as truly lacking where the row lists it as taken out; every other skill of the row counts as present, even
where neither resume names it. F1 is taken over all skills of all rows together. For information, the same is also
counted leaving out the skills that the fitting resume does not name letter by letter either, which nobody could have
removed.

Who it is: in each fitting resume the name and the e-mail address are replaced by ten others; the figure is the number
of totals that change.

Run it as `python -m bench.matching`; it prints the figures.
"""

import gzip
import json
import re
import time
from collections.abc import Iterable
from datetime import date
from typing import Any

from bench.figures import Figure, data_folder, print_figures
from talentflux.ai.embeddings import get_embedder
from talentflux.ai.matching.features import analyse
from talentflux.ai.matching.masking import mask
from talentflux.ai.matching.requirements import read_job, term_requirement
from talentflux.ai.matching.scoring import Scorer
from talentflux.ai.resume import parse_resume
from talentflux.ai.taxonomy import SkillMatcher, load_lexicon
from talentflux.schemas.document import Document, DocumentKind
from talentflux.schemas.features import ResumeFeatures
from talentflux.schemas.match import Verdict
from talentflux.schemas.requirement import JobDescription

AS_OF = date(2026, 11, 1)
SURE = 0.5
PEOPLE = (
    ("Nguyễn Thị Minh Khai", "minhkhai.nguyen@example.vn"),
    ("Oluwaseun Adébáyọ̀", "seun@example.ng"),
    ("María del Carmen Fernández Ordóñez", "mcfo@correo.example.es"),
    ("Fatima Al-Zahra", "fatima.alzahra@example.sa"),
    ("Bo Li", "bo@example.cn"),
    ("Bartholomew Featherstonehaugh-Cholmondeley", "b.f.cholmondeley@a-very-long-domain-name.example.co.uk"),
    ("Lakshmi Venkataraman", "lakshmi_v@example.in"),
    ("Jürgen Groß", "juergen.gross@example.de"),
    ("Jordan Baker", "jb1999@example.com"),
    ("Siobhán O'Neill", "siobhan.oneill@example.ie"),
)
_NAME = re.compile(r"^[\s*#-]*(?:full )?name[\s*]*:[\s*]*(?P<name>[^\n*|,]+)", re.IGNORECASE | re.MULTILINE)
_BLOCK = re.compile(r"personal information[^\n]*\n+[\s*-]*(?P<name>[^\n*|,:@]+)", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>(]+@[^\s@<>),]+\.\w+")


class Bench:
    """The scorer with all it needs, loaded once."""

    def __init__(self) -> None:
        self.matcher = SkillMatcher(load_lexicon())
        self.scorer = Scorer(self.matcher.lexicon, get_embedder("static"))

    def features(self, text: str) -> ResumeFeatures:
        """Read one resume as the product does."""
        document = Document(name="resume.txt", kind=DocumentKind.TEXT, sha256="0" * 64, size=len(text), text=text)
        parsed = parse_resume(document, self.matcher.extract, today=AS_OF)
        return analyse(document, parsed, mask(text, parsed), self.matcher, AS_OF)

    def totals(self, job: JobDescription, texts: Iterable[str]) -> list[float]:
        """Score some resumes against a job."""
        return [result.total for result in self.scorer.match_many(job, [self.features(text) for text in texts])]


def rows() -> list[dict[str, Any]]:
    with gzip.open(data_folder() / "jobs_resumes_rjdb" / "dev.jsonl.gz", "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def pair_accuracy(bench: Bench, data: list[dict[str, Any]]) -> float:
    won = 0.0
    for row in data:
        job = read_job(row["Job-Description"], bench.matcher)
        fitting, degraded = bench.totals(job, (row["Resume-matched"], row["Resume-unmatched"]))
        won += 1.0 if fitting > degraded else 0.5 if fitting == degraded else 0.0
    return won / len(data)


def missing_requirements(bench: Bench, data: list[dict[str, Any]]) -> tuple[float, float]:
    counts = {True: [0, 0, 0], False: [0, 0, 0]}
    for row in data:
        removed = set(map(str, row["Filtered-information"].get("Skills", ())))
        names = [name for name in dict.fromkeys(map(str, row["Skills"])) if name.strip()]
        job = JobDescription(requirements=[term_requirement(n, bench.matcher, i) for i, n in enumerate(names, start=1)])
        results = bench.scorer.match(job, bench.features(row["Resume-unmatched"])).results
        for name, result in zip(names, results, strict=True):
            lacking = result.verdict is Verdict.NOT_SHOWN or result.confidence < SURE
            nameable = name in removed or name.strip().lower() in row["Resume-matched"].lower()
            for every in (True, False):
                if every or nameable:
                    counts[every][0] += lacking and name in removed
                    counts[every][1] += lacking and name not in removed
                    counts[every][2] += not lacking and name in removed
    found = [2 * hit / max(1, 2 * hit + false + missed) for hit, false, missed in (counts[True], counts[False])]
    return found[0], found[1]


def swapped(text: str, name: str, email: str) -> str | None:
    """Put another person's name and address into a resume; None where it names nobody."""
    match = _NAME.search(text) or _BLOCK.search(text)
    if match is None or not 1 < len(match["name"].split()) < 6:
        return None
    changed = text.replace(match["name"].strip(), name)
    return _EMAIL.sub(email, changed)


def changed_totals(bench: Bench, data: list[dict[str, Any]]) -> tuple[int, int]:
    changed = compared = 0
    for row in data:
        text = row["Resume-matched"]
        others = [other for person in PEOPLE if (other := swapped(text, *person))]
        if others:
            job = read_job(row["Job-Description"], bench.matcher)
            first, *rest = bench.totals(job, [text, *others])
            changed += sum(total != first for total in rest)
            compared += len(rest)
    return changed, compared


def run() -> list[Figure]:
    """Measure everything.

    Returns:
        The figures with their floors.
    """
    data, bench = rows(), Bench()
    accuracy = pair_accuracy(bench, data)
    f1, f1_nameable = missing_requirements(bench, data)
    changed, compared = changed_totals(bench, data)
    job = read_job(data[0]["Job-Description"], bench.matcher)
    long = "\n".join(row["Resume-matched"] for row in data[:6])
    resume = bench.features(long[: len(" ".join(long.split(" ")[:700]))])
    lexical = Scorer(bench.matcher.lexicon)
    started = time.process_time()
    for _ in range(50):
        lexical.match(job, resume)
    milliseconds = (time.process_time() - started) / 50 * 1000
    return [
        Figure("Job → resume, RJDB: pair accuracy (BM25 .933, MiniLM .821)", accuracy, 0.96),
        Figure("Missing requirement, RJDB: F1 (exact or MiniLM .819)", f1, 0.86),
        Figure("Missing requirement, without skills named in neither resume: F1", f1_nameable, None),
        Figure(f"Name and e-mail swapped ({compared} pairs): totals changed", changed, 0, higher_is_better=False),
        Figure("Scoring one 700-word resume, without encoding", milliseconds, 3.0, higher_is_better=False, unit=" ms"),
    ]


if __name__ == "__main__":
    print_figures(run())
