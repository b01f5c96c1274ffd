"""A certificate to and from PTB's digital calibration certificate: DCC 3.3.0 with D-SI 2.2.

Pure: bytes in, bytes out; schemas come as a mapping of names to bytes. May import numpy, the standard library, other
modules of ``calibration``, and lxml (extra ``dcc``), which is loaded when the first document comes.

``read_dcc`` refuses what is broken, each reason with its line; ``check_dcc`` lists the reasons; ``validate_dcc`` asks
PTB's schemas, where the operator has them; ``write_dcc`` writes what ``read_dcc`` gives back, number by number.

Decision: the order of elements, their contents and PTB's rules of practice are checked by tables of our own.
Because: the schemas are under the LGPL and not shipped, and a document that nobody can check must not be believed.
Instead of: reading what can be found, wherever it stands.

Decision: a document type declaration is refused, whatever it says.
Because: no certificate needs one, and entities are how a document reads files or grows a thousandfold.
Instead of: a parser's limits.

Decision: 3.0 to 3.2 are refused as a fault of practice, and read where practice is let pass and the form is 3.3.0's.
Because: laboratories still issue them, and what they share with 3.3.0 means the same; what they do not is refused.
Instead of: a table of forms for each version, or a flat no.

Decision: what is against itself (an error that the values contradict) refuses the document; what is only beyond us (a
unit without a UCUM code, kelvins against ohms) costs its own table or condition, which is named.
Because: one strange table must not hide nineteen good ones, and one wrong sign must not be believed.

Decision: what a certificate of ours has no place for is named in ``Reading.left_out``, not dropped in silence.
Because: who imports a foreign certificate must see that a date for recalibration or a table was not taken over.
Instead of: a faithful copy of every element, which nobody would use.
"""

from calibration.dcc.document import MissingLibraryError
from calibration.dcc.problems import DccError, Problem
from calibration.dcc.reading import Reading, check_dcc, read_dcc
from calibration.dcc.schemas import validate_dcc
from calibration.dcc.writing import write_dcc

__all__ = [
    "DccError",
    "MissingLibraryError",
    "Problem",
    "Reading",
    "check_dcc",
    "read_dcc",
    "validate_dcc",
    "write_dcc",
]
