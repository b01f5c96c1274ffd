import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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
