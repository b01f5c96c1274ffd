"""What people choose and write for one document."""

from __future__ import annotations

from gateway.certificates.content import Value


class Chosen(Value, frozen=True, kw_only=True):
    """What people have chosen and written for one document, beyond what the registry knows.

    Attributes:
        languages: ``vi``, ``en`` or ``vi_en``.
        opinions: Opinions and interpretations.
        change: What an amendment changes.
        stamp: Number of the stamp.
        label: Number of the label.
        verification: ``initial``, ``periodic``, ``after_repair``.
        valid_until: Last day of the term, where it is not the usual one.
        sampling: Sampling plan, where the laboratory took the sample.
    """

    languages: str = "vi_en"
    opinions: str = ""
    change: str = ""
    stamp: str = ""
    label: str = ""
    verification: str = "periodic"
    valid_until: str = ""
    sampling: str = ""
