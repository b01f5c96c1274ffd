import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.certificate import (
    Amendment,
    Certificate,
    ChannelResults,
    Condition,
    Conformity,
    Instrument,
    Method,
    Party,
    Point,
    Standard,
)

REFERENCE = Path(__file__).parent / "reference"


@pytest.fixture(scope="session")
def rings() -> np.ndarray:
    """Piston rings: 40 samples of 5, mm; the first 25 are the base (Montgomery, table 6.3)."""
    with (REFERENCE / "pistonrings.csv").open(encoding="utf-8") as file:
        return np.array([[float(row[f"d{i}"]) for i in range(1, 6)] for row in csv.DictReader(file)])


@pytest.fixture(scope="session")
def published() -> dict[str, Any]:
    """What R's qcc 2.7 says of its own data sets."""
    return json.loads((REFERENCE / "qcc.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def qcc(published: dict[str, Any]) -> dict[str, Any]:
    return published["qcc"]


@pytest.fixture
def finished() -> Certificate:
    """A finished certificate: a thermometer with two channels, adjusted in one of them."""
    return Certificate(
        number="K-2024-118",
        title="Giấy chứng nhận hiệu chuẩn",
        language="vi",
        laboratory=Party(
            "Trung tâm Kỹ thuật", "12 Lê Lợi", "Ninh Bình", "VN", "430000", "tt@example.vn", code="VILAS 1"
        ),
        customer=Party("Công ty May Một", city="Ninh Bình", country="VN", phone="+84 229 000 000"),
        instrument=Instrument("Nhiệt ẩm kế", "Maker", "TH-2", "S-77", "TB-05", "bình thường"),
        results=(
            ChannelResults(
                "temperature",
                "Nhiệt độ",
                "Cel",
                as_found=(Point(10.2, 10.0, 0.2, 2.0, 0.95), Point(40.5, 40.0, 0.2, 2.0, 0.95, 33.0)),
                as_left=(Point(10.0, 10.0, 0.2, 2.0, 0.95), Point(40.1, 40.0, 0.2, 2.0, 0.95)),
                low=0.0,
                high=50.0,
                resolution=0.1,
            ),
            ChannelResults("humidity", "Độ ẩm", "%", as_found=(Point(51.0, 50.0, 1.5, 2.0),), resolution=1.0),
        ),
        methods=(Method("So sánh", "ĐLVN 138:2004", "rev. 3", deviations=""),),
        standards=(Standard("Nhiệt kế chuẩn", "Maker", "P1", "9", "C-01", "VMI-2024-55", "VMI"),),
        conditions=(Condition("temperature", "Cel", 23.1, u=0.3), Condition("humidity", "%", low=45.0, high=60.0)),
        traceability="Liên kết với SI qua VMI",
        place="laboratory",
        received=date(2024, 5, 2),
        begun=date(2024, 5, 3),
        ended=date(2024, 5, 3),
        issued=date(2024, 5, 6),
        calibrated_by="Nguyễn Văn A",
        authorised_by="Trần Thị B",
        only_items=True,
        adjustment="Hiệu chỉnh hệ số kênh nhiệt độ",
        conformity=(Conformity("pass", "temperature", "±0.5 °C", "ILAC-G8, w = U"),),
        amends=Amendment("K-2024-117", change="Sửa số máy"),
    )
