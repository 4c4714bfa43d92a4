"""Rules that the lexicon's files keep; a test applies them, and so may anyone who edits the files."""

from talentflux.ai.taxonomy.lexicon import Lexicon


def check_lexicon(lexicon: Lexicon) -> list[str]:
    """Find what is wrong with a lexicon.

    Unique ids and well-formed rows are checked on loading already.

    Args:
        lexicon: As loaded.

    Returns:
        One sentence per fault, with file and line; none where all is well.
    """
    return [*_unknown_implied(lexicon), *_cycles(lexicon), *_shared_forms(lexicon), *_without_context(lexicon)]


def _unknown_implied(lexicon: Lexicon) -> list[str]:
    """Name implied skills that do not exist."""
    return [
        f"{lexicon.skills.source(skill.id)}: '{skill.id}' implies '{other}', which does not exist."
        for skill in lexicon.skills.values()
        for other in skill.implies
        if other not in lexicon
    ]


def _cycles(lexicon: Lexicon) -> list[str]:
    """Name skills that imply themselves in the end."""
    return [
        f"{lexicon.skills.source(skill.id)}: '{skill.id}' implies itself."
        for skill in lexicon.skills.values()
        if skill.id in skill.implies or any(skill.id in lexicon.implied(other) for other in skill.implies)
    ]


def _shared_forms(lexicon: Lexicon) -> list[str]:
    """Name written forms that mean two skills for certain."""
    faults = []
    for form_key, forms in lexicon.forms.items():
        certain = [form for form in forms if not form.ambiguous]
        by_letters: dict[str | None, list[str]] = {}
        for form in certain:
            by_letters.setdefault(form.exact, []).append(form.skill_id)
        for ids in by_letters.values():
            if len(set(ids)) > 1:
                where = "; ".join(
                    f"'{skill_id}' ({lexicon.skills.source(skill_id)})" for skill_id in dict.fromkeys(ids)
                )
                faults.append(f"'{form_key}' means {where}: keep it in one, or mark it with '?' and give context.")
    return faults


def _without_context(lexicon: Lexicon) -> list[str]:
    """Name skills whose every written form is ambiguous and that have no context to decide by."""
    certain = {form.skill_id for forms in lexicon.forms.values() for form in forms if not form.ambiguous}
    return [
        f"{lexicon.skills.source(skill.id)}: every form of '{skill.id}' is ambiguous; give context words."
        for skill in lexicon.skills.values()
        if skill.id not in certain and skill.id not in lexicon.context and skill.id not in lexicon.unlinked
    ]
