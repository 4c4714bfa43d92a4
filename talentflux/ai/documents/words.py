"""Sets of words, written as people write them."""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text that are divided by spaces."""
    return frozenset(text.split())
