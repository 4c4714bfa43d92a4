"""Dates and stretches of time in seven languages."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talentflux.ai.resume.dates import find_periods, merged_months, months_between
from talentflux.ai.resume.lines import working_text
from tests.factories.resume_texts import TODAY

RANGES = {
    "03/2019–05/2021": ("2019-03", "2021-05"),
    "2019/03 - 2020/04": ("2019-03", "2020-04"),
    "01.10.2015 - 31.12.2018": ("2015-10-01", "2018-12-31"),
    "Jan '09 - Feb '11": ("2009-01", "2011-02"),
    "May - Aug 2019": ("2019-05", "2019-08"),
    "Q3 2019 - Q1 2020": ("2019-07", "2020-01"),
    "2014–15": ("2014", "2015"),
    "2001  2005: Assistant": ("2001", "2005"),
    "20132015": ("2013", "2015"),
    "05/13-08/14": ("2013-05", "2014-08"),
    "März 2015 bis Juli 2017": ("2015-03", "2017-07"),
    "De juin 2012 à août 2016": ("2012-06", "2016-08"),
    "enero de 2015 - marzo de 2016": ("2015-01", "2016-03"),
    "oktober 2012 t/m mei 2014": ("2012-10", "2014-05"),
    "março de 2013 até maio de 2014": ("2013-03", "2014-05"),
    "Dal 2012 al 2015": ("2012", "2015"),
}
CURRENT = {
    "Mar. '19 – Present": "2019-03",
    "Since 2015": "2015",
    "September 2017 onwards": "2017-09",
    "from August 2013 till date": "2013-08",
    "seit 03.2018": "2018-03",
    "von März 2015 bis heute": "2015-03",
    "depuis septembre 2016": "2016-09",
    "Août 2018 – aujourd’hui": "2018-08",
    "enero de 2015 - actualidad": "2015-01",
    "jan 2012 – heden": "2012-01",
    "março de 2019 até o momento": "2019-03",
    "set 2010 - oggi": "2010-09",
    "2016present": "2016",
}


@pytest.mark.parametrize(
    "text", ["call 2000 times", "$2010 budget", "error 12019", "in 1066", "2999", "no date", "20 19"]
)
def test_finds_no_range_in_numbers_that_are_no_dates(text: str) -> None:
    assert not any(period.is_range for period in find_periods(working_text(text), TODAY))


def test_drops_an_end_before_the_beginning() -> None:
    period = find_periods("2015 - 2012", TODAY)[0]
    assert (period.first.value, period.last) == ("2015", None)


@pytest.mark.parametrize(("text", "expected"), RANGES.items())
def test_reads_ranges(text: str, expected: tuple[str, str]) -> None:
    period = find_periods(working_text(text), TODAY)[0]
    assert period.last is not None
    assert (period.first.value, period.last.value, period.current) == (*expected, False)


@pytest.mark.parametrize(("text", "start"), CURRENT.items())
def test_reads_what_goes_on_today(text: str, start: str) -> None:
    period = find_periods(working_text(text), TODAY)[0]
    assert (period.first.value, period.last, period.current) == (start, None, True)


@pytest.mark.parametrize(
    ("text", "value"), [("Summer 2018", "2018-06"), ("12 March 2011", "2011-03-12"), ("Herbst 2014", "2014-09")]
)
def test_reads_single_dates(text: str, value: str) -> None:
    assert find_periods(text, TODAY)[0].first.value == value


def test_leaves_the_year_of_a_template_unknown() -> None:
    assert find_periods("June 20XX", TODAY)[0].first.value is None


@given(
    st.dates(date(1960, 1, 1), date(2026, 11, 1)),
    st.dates(date(1960, 1, 1), date(2026, 11, 1)),
    st.sampled_from(["%m/%Y", "%B %Y", "%b %Y", "%Y-%m", "%m.%Y", "%Y/%m"]),
)
def test_reads_back_what_was_written(one: date, other: date, form: str) -> None:
    first, last = sorted((one, other))
    period = find_periods(working_text(f"{first.strftime(form)} – {last.strftime(form)}"), TODAY)[0]
    assert period.last is not None
    assert (period.first.value, period.last.value) == (first.strftime("%Y-%m"), last.strftime("%Y-%m"))


def test_counts_months_inclusively_and_years_from_their_middle() -> None:
    first, last = months_between("2022-05", "2022-08", TODAY)
    assert last - first == 4
    first, last = months_between("2004", "2007", TODAY)
    assert last - first == 36


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(1, 100)), max_size=12))
def test_merged_months_are_the_size_of_the_union(pairs: list[tuple[int, int]]) -> None:
    intervals = [(first, first + length) for first, length in pairs]
    assert merged_months(intervals) == len({month for first, last in intervals for month in range(first, last)})
