"""What a browser says it is, in words that its owner recognises."""

_BROWSERS = (
    ("coc_coc", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""Mark -> name; what names others beside itself stands before them."""
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LONGEST = 60


def browser_told(said: str) -> str:
    """Browser and system by its header ``User-Agent``; of another program the beginning of what it said.

    Source: the forms in use of RFC 9110, 10.1.5, which each browser fills with the names of its predecessors.

    >>> browser_told("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile")
    'Chrome · Android'
    >>> browser_told("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0")
    'Edge · Windows'
    >>> browser_told("curl/8.5.0")
    'curl/8.5.0'
    """
    found = (next((name for mark, name in marks if mark in said), "") for marks in (_BROWSERS, _SYSTEMS))
    return " · ".join(filter(None, found)) or said[:_LONGEST]
