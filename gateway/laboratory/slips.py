"""What stands on the laboratory's papers beside words: QR codes of the pages that they lead to."""

import io

import segno


def qr_code(address: str) -> bytes:
    """An address as an SVG picture.

    Medium correction: slips get wet and labels scratched. Four modules of quiet around it, as ISO/IEC 18004 wants.

    Args:
        address: Of a page, whole.
    """
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", scale=4, border=4, xmldecl=False, light="#fff", omitsize=True
    )
    return picture.getvalue()
