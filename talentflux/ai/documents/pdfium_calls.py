"""PDFium's functions with plain integers for handles and addresses, several times faster than the typed wrappers.

A page of a resume has thousands of characters; what a call costs decides how many resumes a second are read.
"""

import ctypes
from ctypes import c_char_p, c_float, c_int, c_uint, c_ulong, c_void_p
from typing import Any

from pypdfium2 import raw


class Rectangle(ctypes.Structure):
    """FS_RECTF: left, top, right, bottom in page units."""

    _fields_ = (("left", c_float), ("top", c_float), ("right", c_float), ("bottom", c_float))


class Matrix(ctypes.Structure):
    """FS_MATRIX: the six numbers of an affine map."""

    _fields_ = tuple((letter, c_float) for letter in "abcdef")


def _plain(name: str, result: Any, *arguments: Any, quick: bool = True) -> Any:
    """Return one of PDFium's functions with handles as integers; a quick one keeps the interpreter's lock."""
    address = ctypes.cast(getattr(raw, name), c_void_p).value
    assert address is not None
    prototype = ctypes.PYFUNCTYPE if quick else ctypes.CFUNCTYPE
    return prototype(result, *arguments)(address)


def handle_of(thing: Any) -> int:
    """Return the handle of a page or document of pypdfium2 as an integer."""
    handle = ctypes.cast(thing.raw, c_void_p).value
    assert handle is not None
    return handle


# Where PDFium writes its answers; given as addresses, which convert faster than typed references.
_DOUBLE = _FLOAT = _UINT = _INT = _RECTANGLE = _MATRIX = c_void_p

load_text_page = _plain("FPDFText_LoadPage", c_void_p, c_void_p, quick=False)
close_text_page = _plain("FPDFText_ClosePage", None, c_void_p)
count_characters = _plain("FPDFText_CountChars", c_int, c_void_p)
get_text = _plain("FPDFText_GetText", c_int, c_void_p, c_int, c_int, c_char_p)
get_unicode = _plain("FPDFText_GetUnicode", c_uint, c_void_p, c_int)
get_origin = _plain("FPDFText_GetCharOrigin", c_int, c_void_p, c_int, _DOUBLE, _DOUBLE)
get_box = _plain("FPDFText_GetCharBox", c_int, c_void_p, c_int, _DOUBLE, _DOUBLE, _DOUBLE, _DOUBLE)
get_loose_box = _plain("FPDFText_GetLooseCharBox", c_int, c_void_p, c_int, _RECTANGLE)
get_text_object = _plain("FPDFText_GetTextObject", c_void_p, c_void_p, c_int)
get_page_box = _plain("FPDF_GetPageBoundingBox", c_int, c_void_p, _RECTANGLE)
get_rotation = _plain("FPDFPage_GetRotation", c_int, c_void_p)
count_objects = _plain("FPDFPage_CountObjects", c_int, c_void_p)
get_object = _plain("FPDFPage_GetObject", c_void_p, c_void_p, c_int)
count_form_objects = _plain("FPDFFormObj_CountObjects", c_int, c_void_p)
get_form_object = _plain("FPDFFormObj_GetObject", c_void_p, c_void_p, c_ulong)
get_type = _plain("FPDFPageObj_GetType", c_int, c_void_p)
get_bounds = _plain("FPDFPageObj_GetBounds", c_int, c_void_p, _FLOAT, _FLOAT, _FLOAT, _FLOAT)
get_fill = _plain("FPDFPageObj_GetFillColor", c_int, c_void_p, _UINT, _UINT, _UINT, _UINT)
get_stroke = _plain("FPDFPageObj_GetStrokeColor", c_int, c_void_p, _UINT, _UINT, _UINT, _UINT)
has_transparency = _plain("FPDFPageObj_HasTransparency", c_int, c_void_p)
get_matrix = _plain("FPDFPageObj_GetMatrix", c_int, c_void_p, _MATRIX)
get_draw_mode = _plain("FPDFPath_GetDrawMode", c_int, c_void_p, _INT, _INT)
count_segments = _plain("FPDFPath_CountSegments", c_int, c_void_p)
get_segment = _plain("FPDFPath_GetPathSegment", c_void_p, c_void_p, c_int)
get_segment_type = _plain("FPDFPathSegment_GetType", c_int, c_void_p)
get_render_mode = _plain("FPDFTextObj_GetTextRenderMode", c_int, c_void_p)
get_font = _plain("FPDFTextObj_GetFont", c_void_p, c_void_p)
get_font_weight = _plain("FPDFFont_GetWeight", c_int, c_void_p)
get_font_name = _plain("FPDFFont_GetBaseFontName", c_ulong, c_void_p, c_char_p, c_ulong)

enumerate_links = _plain("FPDFLink_Enumerate", c_int, c_void_p, _INT, c_void_p)
get_action = _plain("FPDFLink_GetAction", c_void_p, c_void_p)
get_action_type = _plain("FPDFAction_GetType", c_ulong, c_void_p)
get_address = _plain("FPDFAction_GetURIPath", c_ulong, c_void_p, c_void_p, c_char_p, c_ulong)

TEXT, PATH, IMAGE, SHADING, FORM = 1, 2, 3, 4, 5
MOVE = 2
