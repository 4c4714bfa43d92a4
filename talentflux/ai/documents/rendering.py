"""A page as a small grey picture, to see whether there is ink at a place."""

import pypdfium2 as pdfium

# Pixels of the whole picture; one pixel per point on ordinary pages.
_MOST_PIXELS = 1_500_000


class Rendering:
    """A rendered page.

    Args:
        page: The page.
    """

    def __init__(self, page: pdfium.PdfPage) -> None:
        width, height = page.get_size()
        self._left, self._bottom, _, _ = page.get_bbox()
        self._scale = min(1.0, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        # The picture is turned back to the axes in which the page's content counts.
        bitmap = page.render(scale=self._scale, rotation=-page.get_rotation() % 360, grayscale=True)
        self._width, self._height, self._stride = bitmap.width, bitmap.height, bitmap.stride
        self._pixels = bytes(bitmap.buffer)

    def contrast(self, left: float, bottom: float, right: float, top: float) -> int:
        """Return the difference of the darkest and the lightest grey in a rectangle.

        Args:
            left: In points, as are the others; y upwards.
            bottom: Lower edge.
            right: Right edge.
            top: Upper edge.
        """
        first = max(0, int((left - self._left) * self._scale))
        last = min(self._width, int((right - self._left) * self._scale) + 1)
        start = max(0, self._height - int((top - self._bottom) * self._scale) - 1)
        end = min(self._height, self._height - int((bottom - self._bottom) * self._scale))
        if first >= last or start >= end:
            return 255
        rows = [self._pixels[row * self._stride + first : row * self._stride + last] for row in range(start, end)]
        return max(map(max, rows)) - min(map(min, rows))
