"""The enterprise of the tests of setting up production."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_spec = spec_from_file_location("office", Path(__file__).parents[1] / "production_setup" / "conftest.py")
assert _spec
assert _spec.loader
_office = module_from_spec(_spec)
sys.modules[_spec.name] = _office
_spec.loader.exec_module(_office)

empty_registry, office = _office.empty_registry, _office.office
