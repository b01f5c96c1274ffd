"""Documents that a testing centre issues: calibration certificates, certificates of verification, test reports.

May import SQLAlchemy, msgspec, segno, typst, cryptography, pyhanko (extra ``documents``), signxml (extra
``xml-signature``), the standard library,
``calibration``, ``edge_agent.wire``, ``gateway.registry`` and ``gateway.laboratory``; knows nothing of the web.

    gathering -> composing -> content.Document -> before_issue (what is lacking), printing (PDF), certificate (DCC XML)
    issuing: draft -> exported for signing -> issued; then amended or withdrawn; ledger: the chain of what was done

Decision: what a document says is one frozen value, ``content.Document``; PDF, XML, the registry's rows and the public
page are all made from it, and its canonical JSON is kept and hashed.
Because: they can then never say different things, and in ten years the figures are read without a PDF.
Instead of: a PDF as the only record.

Decision: documents and the ledger are only ever added to; the database itself refuses to change or delete them.
Because: ISO/IEC 17025:2017, 7.8.8 knows amended reports, and no changed ones.
Instead of: a column that says "locked".

Decision: a number is taken when the PDF that bears it is made, and a number that was never issued stays in the ledger
as voided, with the reason.
Because: the PDF is signed outside before it is issued, so the number must exist before; and a hole in a row of numbers
is what an assessor asks for first.
Instead of: taking the number again for another document.

Decision: where U is smaller than the laboratory's CMC, the CMC is reported in its place, with k = 2, and the document
says so beside the line; conformity is decided again with that U.
Because: ILAC-P14:09/2020, 5.4 forbids an accredited laboratory to report a smaller uncertainty than its CMC; it was
assessed for that and for no better, and a larger U claims nothing that was not shown.
Instead of: a refusal, which would have people bend a budget until it fits.

Decision: the accreditation mark stands only where every line lies within lines of the scope that were accredited on
the day of the work, and nothing was measured by others.
Because: a mark beside half of the results is read as standing for all of them (ILAC-P8).

Decision: the seal is a detached Ed25519 signature of this gateway and no legal signature, and every page says so.
Because: what has legal force is the qualified signature of the laboratory; it is made outside, and checked here.
"""
