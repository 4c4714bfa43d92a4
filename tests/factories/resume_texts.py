"""Resumes as text for the tests of the parser; all people are made up."""

from datetime import date

from talentflux.ai.resume import parse_resume
from talentflux.schemas.document import Document, DocumentKind
from talentflux.schemas.resume import ParsedResume

TODAY = date(2026, 11, 21)

ENGLISH = """JANE ROE
Registered Nurse
Portland, OR | jane.roe@example.com | (503) 555-0142 | linkedin.com/in/janeroe

SUMMARY
Registered nurse with ten years of experience in intensive care.

EXPERIENCE
Acme Hospital | Portland, OR
Charge Nurse | Jan 2018 – Present
- Leads a team of 12 and trains on CRRT.
Staff Nurse | Jun 2014 – Dec 2017
- Cared for patients.

Sunrise Clinic, Salem, OR                                        2012 – 2014
Nursing Assistant
- Took vital signs.

EDUCATION
Bachelor of Science in Nursing, Oregon State University, Class of 2012

LANGUAGES
English (native), Spanish: B2

CERTIFICATIONS
BLS, American Heart Association, 2020
"""

GERMAN = """Max Mustermann
Musterstraße 12, 80331 München
Telefon: 089 1234567
E-Mail: max.mustermann@example.de
Geburtsdatum: 12.03.1985
Familienstand: verheiratet, 2 Kinder
Staatsangehörigkeit: deutsch

Berufserfahrung

03/2018 – heute
Softwareentwickler
Beispiel GmbH, München
- Entwicklung von Webanwendungen mit Python und die Einführung von Kubernetes

01/2012 bis 02/2018: Fachinformatiker, Muster AG, Augsburg
- Betreuung der Server

Ausbildung

2008 – 2011
Bachelor of Science Informatik
Technische Universität München

Sprachen
Deutsch (Muttersprache), Englisch (verhandlungssicher), Französisch (Grundkenntnisse)
"""

FRENCH = """Marie Dupont
12 rue de la Paix, 75002 Paris
06 12 34 56 78 - marie.dupont@example.fr
Née le 4 mai 1990, 34 ans

EXPÉRIENCE PROFESSIONNELLE

Infirmière - Hôpital Saint-Louis, Paris
Depuis septembre 2016
• Soins aux patients et encadrement des stagiaires dans le service

De juin 2012 à août 2016
Aide-soignante
Clinique du Parc, Lyon

FORMATION
2009 - 2012 Licence en biologie, Université Lyon 1

LANGUES
Français : langue maternelle
Anglais : courant
Espagnol : lu et parlé
"""

SPANISH = """Carlos García López
Madrid, España | +34 612 345 678 | carlos@example.es

Perfil profesional
Ingeniero con experiencia en gestión de proyectos y mejora de procesos industriales en España.

Experiencia laboral
Ingeniero de proyectos | Construcciones Ejemplo S.L. | Madrid
Enero 2019 – Actualidad
Gestión de obras.

Técnico de calidad | Industrias Norte S.A. | Bilbao
03/2015 - 12/2018

Educación
Grado en Ingeniería Industrial, Universidad Politécnica de Madrid, 2010 - 2014

Idiomas
Español: nativo. Inglés: C1.
"""

DUTCH = """Jan de Vries
Utrecht, Nederland
jan@example.nl
06-12345678

Werkervaring
Verpleegkundige, Ziekenhuis Oost, Utrecht
mei 2015 – heden
Zorg voor patiënten op de afdeling en het begeleiden van leerlingen.

Stagiair, Zorggroep West, Amersfoort
september 2013 – april 2015

Opleiding
HBO Verpleegkunde, Hogeschool Utrecht, 2010 – 2014

Talen
Nederlands (moedertaal), Engels (goed)
"""

PORTUGUESE = """João Silva
Lisboa, Portugal
joao@example.pt
+351 912 345 678

Experiência profissional
Desenvolvedor de software
Exemplo Tecnologia Lda
março de 2019 – atual
Desenvolvimento de sistemas em Java para a equipa.

Analista de suporte
Empresa Norte S.A.
2015 - 2018

Formação acadêmica
Licenciatura em Informática, Universidade do Porto, 2011 - 2015

Idiomas
Português (nativo), Inglês (fluente)
"""

ITALIAN = """Giulia Rossi
Via Roma 10, 20121 Milano
giulia.rossi@example.it
Data di nascita: 3 aprile 1988

Esperienza professionale
Gennaio 2017 – oggi
Contabile presso Studio Bianchi S.r.l., Milano
Gestione della contabilità e degli ordini per i clienti dello studio.

2012 – 2016
Impiegata amministrativa
Comune di Monza

Istruzione e formazione
Laurea in Economia, Università degli Studi di Milano, 2007 - 2012

Lingue
Italiano: madrelingua; Inglese: B2
"""

FLAT = (
    "John Doe  12 Main Street  Austin, TX 78701  Phone: (512) 555-0142  john.doe@example.com    Objective  To work as a"
    " cook in a large kitchen.    Work Experience  Line Cook  Blue Inn, Austin, TX  June 2012 - Present      Prepared"
    " dishes for 200 guests every day and kept the kitchen clean.      Ordered supplies.    Prep Cook  Red Grill,"
    " Dallas, TX  May 2009 - May 2012      Cut vegetables and helped the chefs during busy hours.    Education  Diploma"
    " in Culinary Arts, Texas Culinary Academy  2009"
)


def text_document(text: str, **fields: object) -> Document:
    """Wrap a text as the document of a text file."""
    given = {"name": "resume.txt", "kind": DocumentKind.TEXT, "sha256": "0" * 64, "size": len(text.encode())}
    return Document.model_validate({**given, "text": text, **fields})


def parsed(text: str) -> ParsedResume:
    """Parse a text on a fixed day."""
    return parse_resume(text_document(text), today=TODAY)
