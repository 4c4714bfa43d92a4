"""Bullets that are drawn as shapes: browsers print the dots of lists so."""

from bisect import bisect_left, bisect_right

from talentflux.ai.documents.cleaning import BULLET
from talentflux.ai.documents.spacing import Word


def drawn_bullets(dots: list[tuple[float, float, float]], words: list[Word]) -> list[Word]:
    """Return a bullet for each dot that stands alone before the first word of a line.

    Args:
        dots: Left edge, right edge and middle height of small filled shapes.
        words: Visible words of the page.
    """
    by_height = sorted(words, key=lambda word: word.y)
    heights = [word.y for word in by_height]
    found = []
    for left, right, middle in dots:
        near = by_height[bisect_left(heights, middle - 12) : bisect_right(heights, middle)]
        beside = [word for word in near if word.y < middle < word.y + 0.65 * word.size]
        after = min((word for word in beside if word.left >= right), key=lambda word: word.left, default=None)
        if after is None or after.left - right > 2.0 * after.size:
            continue
        reach = 2.0 * after.size
        alone = not any(left - reach < word.right <= left + 1 for word in beside)
        single = sum(abs(other - middle) < 1 and abs(edge - left) < reach for edge, _, other in dots) == 1
        if alone and single:
            found.append(Word(BULLET, left, right, after.y, after.size))
    return found
