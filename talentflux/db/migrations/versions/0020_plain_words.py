"""Words of resumes are searched for without accents, and signs divide them."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# What PostgreSQL's parser takes for parts of words ("•Python", "„Lernen“") or joins ("Java/Kotlin", "Node.js").
SIGNS = (
    r"\x01-\x1f\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u2000-\u2bff\u3000-\u3004"
    r"\u3008-\u3020\u3030\u30fb\ufe10-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufffd"
    r"\U0001f000-\U0001faff"
)
# C++ and C# are words of their own. What is no Latin letter keeps its marks.
PLAIN = rf"""
create function plain_words(given text) returns text language plpgsql immutable strict parallel safe as $body$
declare
    said text := given;
begin
    if said ~ '[^\x01-\x7f]' then
        said := replace(replace(replace(replace(said, 'ß', 'ss'), 'ẞ', 'SS'), 'æ', 'ae'), 'œ', 'oe');
        if said ~ '[ØøŁłĐđı]' then
            said := translate(said, 'ØøŁłĐđı', 'OoLlDdi');
        end if;
        said := normalize(regexp_replace(normalize(said, NFKD), '(?<=[a-zA-Z])[\u0300-\u036f]+', '', 'g'), NFC);
    end if;
    said := regexp_replace(said, '\m([a-zA-Z])\+\+', '\1plusplus ', 'g');
    said := regexp_replace(said, '\m([a-zA-Z])#', '\1sharp ', 'g');
    return regexp_replace(said, '[{SIGNS}]+', ' ', 'g');
end $body$
"""
MASKED = "left(coalesce(masked_text, ''), 200000)"
SAID = f"to_tsvector('simple', left(plain_words({MASKED}), 200000))"
SAID_BEFORE = f"to_tsvector('simple', {MASKED})"
FOUND_BY = """
update candidate_text set words = resume.words from resume
where resume.organization_id = candidate_text.organization_id and resume.id = candidate_text.resume_id
"""


def upgrade() -> None:
    op.execute(PLAIN)
    _let_words_be(SAID)


def downgrade() -> None:
    _let_words_be(SAID_BEFORE)
    op.execute("drop function plain_words(text)")


def _let_words_be(made: str) -> None:
    """Make the words of all resumes anew, for which the owner must see every organization's rows."""
    op.execute("alter table resume drop column words")
    op.execute(f"alter table resume add column words tsvector generated always as ({made}) stored")
    for table in ("resume", "candidate_text"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(FOUND_BY)
    for table in ("resume", "candidate_text"):
        op.execute(f"alter table {table} force row level security")
