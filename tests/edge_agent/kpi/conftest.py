import sys
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).parent)
)  # the second method and its documents: shared by the tests of this folder
