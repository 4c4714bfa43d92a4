"""Write examples/resumes from examples/source: fictional people in seven formats, five layouts and seven languages.

Run `python examples/generate.py` after a change of the sources; needs the development dependencies and the DejaVu fonts
(Debian: fonts-dejavu-core).
"""

import html
import json
from pathlib import Path
from typing import Any

import yaml
from docx import Document as WordDocument
from docx.shared import Pt
from odf import style, teletype, text
from odf.opendocument import OpenDocumentText
from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, HRFlowable, PageTemplate, Paragraph, Spacer, Table

HERE = Path(__file__).parent
FONTS = Path("/usr/share/fonts/truetype/dejavu")
LABELS: dict[str, dict[str, str]] = yaml.safe_load((HERE / "source/labels.yaml").read_text(encoding="utf-8"))
SECTIONS = ("summary", "experience", "education", "skills", "certificates", "languages")
(WIDTH, HEIGHT), MARGIN = A4, 16 * mm
HEAD = {"name": "name", "headline": "base"}
Person = dict[str, Any]


def people() -> list[Person]:
    """Return all people of the sources, in the order of the files."""
    files = sorted(path for path in (HERE / "source").glob("*.yaml") if path.stem != "labels")
    return [person for path in files for person in yaml.safe_load(path.read_text(encoding="utf-8"))]


def months(person: Person, start: str, end: str) -> str:
    """Return an interval as it is written in a resume: 03/2020 – present."""

    def shown(value: str) -> str:
        if value == "present":
            return LABELS[person["lang"]]["present"]
        year, month = value.split("-")
        return f"{month}/{year}"

    return f"{shown(start)} – {shown(end)}"


def contact(person: Person) -> list[str]:
    """Return the lines of the contact block."""
    return [person["location"], person["email"], person["phone"], *person.get("links", [])]


def blocks(person: Person) -> list[tuple[str, list[tuple[str, str, str, list[str]]]]]:
    """Return (section heading, entries); an entry is (title line, sub line, dates, points)."""
    labels = LABELS[person["lang"]]
    found: dict[str, list[tuple[str, str, str, list[str]]]] = {
        "summary": [("", "", "", [person["summary"]])],
        "experience": [
            (
                job["title"],
                f"{job['employer']}, {job['location']}",
                months(person, job["start"], job["end"]),
                job["points"],
            )
            for job in person["positions"]
        ],
        "education": [
            (
                f"{course['degree']}, {course['field']}",
                course["institution"],
                months(person, course["start"], course["end"]),
                [],
            )
            for course in person["education"]
        ],
        "skills": [("", "", "", [", ".join(person["skills"])])],
        "certificates": [("", "", "", [", ".join(person.get("certificates", []))])],
        "languages": [("", "", "", [", ".join(f"{item['name']} ({item['level']})" for item in person["languages"])])],
    }
    return [(labels[key], found[key]) for key in SECTIONS if key != "certificates" or person.get("certificates")]


def as_text(person: Person) -> str:
    """Return a plain text resume."""
    lines = [person["name"], person["headline"], "", " | ".join(contact(person)), ""]
    for heading, entries in blocks(person):
        lines += [heading.upper(), ""]
        for title, sub, dates, points in entries:
            if title:
                lines += [f"{title}, {sub}", dates, *(f"- {point}" for point in points), ""]
            else:
                lines += [*points, ""]
    return "\n".join(lines)


def as_json(person: Person) -> str:
    """Return a JSON Resume 1.0.0 file."""

    def date(value: str) -> dict[str, str]:
        return {} if value == "present" else {"endDate": value}

    resume = {
        "basics": {
            "name": person["name"],
            "label": person["headline"],
            "email": person["email"],
            "phone": person["phone"],
            "summary": person["summary"],
            "location": {"city": person["location"].split(",")[0]},
            "profiles": [{"network": "GitHub", "url": link} for link in person.get("links", [])],
        },
        "work": [
            {
                "name": job["employer"],
                "position": job["title"],
                "location": job["location"],
                "startDate": job["start"],
                **date(job["end"]),
                "highlights": job["points"],
            }
            for job in person["positions"]
        ],
        "education": [
            {
                "institution": course["institution"],
                "area": course["field"],
                "studyType": course["degree"],
                "startDate": course["start"],
                **date(course["end"]),
            }
            for course in person["education"]
        ],
        "certificates": [{"name": name} for name in person.get("certificates", [])],
        "skills": [{"name": name} for name in person["skills"]],
        "languages": [{"language": item["name"], "fluency": item["level"]} for item in person["languages"]],
    }
    return json.dumps(resume, ensure_ascii=False, indent=2) + "\n"


def as_html(person: Person) -> str:
    """Return a web page; the sidebar layout puts contact data, skills and languages beside the rest."""
    labels = LABELS[person["lang"]]
    aside: list[str] = []
    main: list[str] = []
    side = {labels["skills"], labels["languages"], labels["certificates"]} if person["layout"] == "sidebar" else set()
    for heading, entries in blocks(person):
        out = aside if heading in side else main
        out.append(f"<h2>{html.escape(heading)}</h2>")
        for title, sub, dates, points in entries:
            if title:
                out.append(f"<h3>{html.escape(title)}</h3><p>{html.escape(sub)} <time>{html.escape(dates)}</time></p>")
                out.append("<ul>" + "".join(f"<li>{html.escape(point)}</li>" for point in points) + "</ul>")
            else:
                out.append(f"<p>{html.escape(points[0])}</p>")
    lines = "<br>".join(html.escape(line) for line in contact(person))
    return (
        f'<!doctype html>\n<html lang="{person["lang"]}"><head><meta charset="utf-8">'
        f"<title>{html.escape(person['name'])}</title>"
        "<style>body{font-family:sans-serif;max-width:50em;margin:2em auto}"
        "aside{float:right;width:14em;background:#eef}</style>"
        f"</head><body><header><h1>{html.escape(person['name'])}</h1>"
        f"<p>{html.escape(person['headline'])}</p><p>{lines}</p></header>"
        f"{'<aside>' + ''.join(aside) + '</aside>' if aside else ''}<main>{''.join(main)}</main></body></html>\n"
    )


def as_rtf(person: Person) -> str:
    """Return an RTF document."""

    def escaped(value: str) -> str:
        return "".join(
            f"\\{char}" if char in "\\{}" else char if ord(char) < 128 else f"\\u{ord(char)}?" for char in value
        )

    out = [r"{\rtf1\ansi\deff0{\fonttbl{\f0 Helvetica;}}\fs22"]
    out.append(rf"{{\b\fs36 {escaped(person['name'])}}}\par {escaped(person['headline'])}\par")
    out.append(rf"{escaped(' | '.join(contact(person)))}\par\par")
    for heading, entries in blocks(person):
        out.append(rf"{{\b\fs26 {escaped(heading)}}}\par")
        for title, sub, dates, points in entries:
            if title:
                out.append(rf"{{\b {escaped(title)}}}, {escaped(sub)}\tab {escaped(dates)}\par")
            out.extend(rf"{escaped('• ' if title else '')}{escaped(point)}\par" for point in points)
        out.append(r"\par")
    return "\n".join([*out, "}"])


def write_docx(person: Person, path: Path) -> None:
    """Write a Word document; the table layout puts dates in a column of their own."""
    document = WordDocument()
    document.styles["Normal"].font.size = Pt(10.5)
    document.add_heading(person["name"], 0)
    document.add_paragraph(person["headline"])
    document.add_paragraph(" | ".join(contact(person)))
    for heading, entries in blocks(person):
        document.add_heading(heading, 1)
        if person["layout"] == "table" and entries[0][0]:
            table = document.add_table(rows=0, cols=2)
            for title, sub, dates, points in entries:
                left, right = table.add_row().cells
                left.text = dates
                right.text = f"{title}\n{sub}"
                for point in points:
                    right.add_paragraph(point, style="List Bullet")
            continue
        for title, sub, dates, points in entries:
            if title:
                line = document.add_paragraph()
                line.add_run(title).bold = True
                line.add_run(f", {sub}\t{dates}")
            for point in points:
                document.add_paragraph(point, style="List Bullet" if title else "Normal")
    document.core_properties.author = ""
    document.save(str(path))


def write_odt(person: Person, path: Path) -> None:
    """Write an OpenDocument text."""
    document = OpenDocumentText()
    heading_style = style.Style(name="Heading", family="paragraph")
    heading_style.addElement(style.TextProperties(fontsize="15pt", fontweight="bold"))
    document.styles.addElement(heading_style)

    def paragraph(content: str, *, level: int = 0) -> None:
        element = text.H(outlinelevel=level, stylename=heading_style) if level else text.P()
        teletype.addTextToElement(element, content)
        document.text.addElement(element)

    paragraph(person["name"], level=1)
    paragraph(person["headline"])
    paragraph(" | ".join(contact(person)))
    for heading, entries in blocks(person):
        paragraph(heading, level=2)
        for title, sub, dates, points in entries:
            if title:
                paragraph(f"{title}, {sub}\t{dates}")
            for point in points:
                paragraph(f"• {point}" if title else point)
    document.save(str(path))


def pdf_styles(color: str) -> dict[str, ParagraphStyle]:
    """Return the paragraph styles of the PDF layouts."""
    base = ParagraphStyle("base", fontName="DejaVu", fontSize=9, leading=12.5, alignment=TA_LEFT)
    return {
        "base": base,
        "light": ParagraphStyle("light", parent=base, textColor=white, fontSize=8),
        "name": ParagraphStyle("name", parent=base, fontName="DejaVu-Bold", fontSize=19, leading=24),
        "heading": ParagraphStyle(
            "heading",
            parent=base,
            fontName="DejaVu-Bold",
            fontSize=11.5,
            leading=16,
            spaceBefore=8,
            textColor=HexColor(color),
        ),
        "lightheading": ParagraphStyle(
            "lightheading", parent=base, fontName="DejaVu-Bold", fontSize=11, leading=16, spaceBefore=8, textColor=white
        ),
        "title": ParagraphStyle("title", parent=base, fontName="DejaVu-Bold"),
        "right": ParagraphStyle("right", parent=base, alignment=2),
        "point": ParagraphStyle("point", parent=base, leftIndent=10, bulletIndent=1),
    }


def pdf_sections(
    person: Person, styles: dict[str, ParagraphStyle], keys: set[str], width: float, *, light: bool = False
) -> list[Any]:
    """Return the flowables of some sections."""
    labels = LABELS[person["lang"]]
    wanted = {labels[key] for key in keys}
    body, head = styles["light" if light else "base"], styles["lightheading" if light else "heading"]
    out: list[Any] = []
    for heading, entries in blocks(person):
        if heading not in wanted:
            continue
        out.append(Paragraph(heading, head))
        if not light:
            out.append(HRFlowable(width="100%", thickness=0.5, spaceAfter=3))
        for title, sub, dates, points in entries:
            if not title:
                lines = points[0].split(", ") if light else points
                out += [Paragraph(html.escape(line), body) for line in lines]
                continue
            if width > 90 * mm:
                row = [
                    [
                        Paragraph(f"<b>{html.escape(title)}</b>, {html.escape(sub)}", body),
                        Paragraph(dates, styles["right"]),
                    ]
                ]
                out.append(
                    Table(
                        row,
                        colWidths=[width - 42 * mm, 42 * mm],
                        style=[
                            ("LEFTPADDING", (0, 0), (-1, -1), 0),
                            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                        ],
                    )
                )
            else:
                out += [
                    Paragraph(html.escape(title), styles["title"]),
                    Paragraph(f"{html.escape(sub)}<br/>{dates}", body),
                ]
            out += [Paragraph(html.escape(point), styles["point"], bulletText="•") for point in points]
            out.append(Spacer(1, 4))
    return out


Arranged = tuple[list[Frame], list[Any]]


def pdf_sidebar(person: Person, styles: dict[str, ParagraphStyle], header: list[Paragraph]) -> Arranged:
    """Return frames and story of a resume with a column at the side."""
    frames = [
        Frame(4 * mm, MARGIN, 54 * mm, HEIGHT - 2 * MARGIN),
        Frame(62 * mm + 8 * mm, MARGIN, WIDTH - 62 * mm - 2 * 8 * mm, HEIGHT - 2 * MARGIN),
    ]
    aside = [
        Paragraph(LABELS[person["lang"]]["contact"], styles["lightheading"]),
        *(Paragraph(html.escape(line.removeprefix("https://")), styles["light"]) for line in contact(person)),
    ]
    aside += pdf_sections(person, styles, {"skills", "languages", "certificates"}, 54 * mm, light=True)
    own = pdf_sections(person, styles, {"summary", "experience", "education"}, 80 * mm)
    return frames, [*aside, FrameBreak(), *header, *own]


def pdf_columns(person: Person, styles: dict[str, ParagraphStyle], header: list[Paragraph]) -> Arranged:
    """Return frames and story of a resume in two columns under a head."""
    top, column = 34 * mm, (WIDTH - 2 * MARGIN - 8 * mm) / 2
    low = HEIGHT - MARGIN - top - 14 * mm
    frames = [
        Frame(MARGIN, HEIGHT - MARGIN - top, WIDTH - 2 * MARGIN, top),
        Frame(MARGIN, 14 * mm, column, low),
        Frame(MARGIN + column + 8 * mm, 14 * mm, column, low),
    ]
    one_line = Paragraph(html.escape(" | ".join(contact(person))), styles["base"])
    left = pdf_sections(person, styles, {"summary", "experience"}, column)
    right = pdf_sections(person, styles, {"education", "skills", "certificates", "languages"}, column)
    return frames, [*header, one_line, FrameBreak(), *left, FrameBreak(), *right]


def pdf_classic(person: Person, styles: dict[str, ParagraphStyle], header: list[Paragraph]) -> Arranged:
    """Return frames and story of a resume in one column."""
    lines = [Paragraph(html.escape(line), styles["base"]) for line in contact(person)]
    frames = [Frame(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)]
    return frames, [*header, *lines, *pdf_sections(person, styles, set(SECTIONS), WIDTH - 2 * MARGIN - 12)]


def write_pdf(person: Person, path: Path) -> None:
    """Write a PDF in the layout of the person: classic, sidebar (white on navy) or two-column."""
    styles = pdf_styles("#1f5fa8")
    document = BaseDocTemplate(str(path), pagesize=A4, title="Resume", author="", invariant=1)
    header = [Paragraph(html.escape(person[part]), styles[style]) for part, style in HEAD.items()]

    def background(canvas: Canvas, _document: object) -> None:
        if person["layout"] == "sidebar":
            canvas.setFillColor(HexColor("#1d3557"))
            canvas.rect(0, 0, 62 * mm, HEIGHT, stroke=0, fill=1)
        if person.get("hidden"):
            canvas.setFillColor(white)
            canvas.setFont("DejaVu", 5)
            canvas.drawString(MARGIN, 12 * mm, person["hidden"])

    arrange = {"sidebar": pdf_sidebar, "two-column": pdf_columns}.get(person["layout"], pdf_classic)
    frames, story = arrange(person, styles, header)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=background))
    document.build(story)


def main() -> None:
    """Write every resume."""
    for name, file in (("DejaVu", "DejaVuSans.ttf"), ("DejaVu-Bold", "DejaVuSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, FONTS / file))
    pdfmetrics.registerFontFamily("DejaVu", normal="DejaVu", bold="DejaVu-Bold")
    writers = {".pdf": write_pdf, ".docx": write_docx, ".odt": write_odt}
    texts = {".txt": as_text, ".json": as_json, ".html": as_html, ".rtf": as_rtf}
    folder = HERE / "resumes"
    folder.mkdir(exist_ok=True)
    for person in people():
        path = folder / person["file"]
        if path.suffix in writers:
            writers[path.suffix](person, path)
        else:
            path.write_text(texts[path.suffix](person), encoding="utf-8")
    print(f"{len(people())} resumes in {folder}")


if __name__ == "__main__":
    main()
