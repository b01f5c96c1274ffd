"""Hours that people worked at machines, a day: what labour productivity is taken of.

Decision: hours are entered or imported a day, not measured.
Because: they stand in the enterprise's time sheets; no meter knows how many people stood at a machine.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from gateway.registry.fields import Line, Number, Value, field
from gateway.registry.nouns import Noun, Registered
from gateway.registry.production import SHORT_NAME, SITE
from gateway.registry.texts import Title
from gateway.registry.usual import NOTE, ON

_UNIT = f"{SHORT_NAME}/{SHORT_NAME}"
MOST_HOURS = 100_000
"""Four thousand people round the clock: more at some machines is a slip of the decimal point."""


class LabourHoursRow(Registered):
    """Hours that all people together worked at some machines of a site on one day."""

    __tablename__ = "labour_hours"
    noun = Noun(
        title=Title("Giờ công", "Labour hours"),
        many=Title("Giờ công theo ngày", "Labour hours by day"),
        group="production",
        key=("site", "date", "work_units"),
        label=("date", "work_units"),
        owner=("site",),
        path="labour-hours",
        order=("date",),
    )
    site: Mapped[str] = field(SITE)
    date: Mapped[str] = field(ON)
    work_units: Mapped[str] = field(
        Line(
            title=Title("Máy", "Work units"),
            hint=Title(
                "edge/máy, cách nhau bằng dấu phẩy; trống: mọi máy của cơ sở",
                "edge/work unit, separated by commas; empty: all of the site",
            ),
            pattern=rf"{_UNIT}(?:\s*,\s*{_UNIT})*",
            longest=500,
            example="press-shop/press-1",
        )
    )
    hours: Mapped[float] = field(Number(title=Title("Giờ công", "Labour hours"), unit="h", required=True, example=48))
    note: Mapped[str] = field(NOTE)

    @classmethod
    def contradictions(cls, read: Mapping[str, Value]) -> dict[str, Title]:
        hours = float(str(read["hours"]))
        if not 0 <= hours <= MOST_HOURS:
            return {
                "hours": Title(
                    f"Giờ công phải từ 0 đến {MOST_HOURS}, đã nhận {hours:g}. Hãy sửa.",
                    f"Expected 0 to {MOST_HOURS} hours, got {hours:g}. Correct it.",
                )
            }
        return {}
