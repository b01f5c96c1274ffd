"""Before every path: a name for the browser, the size of what it sends, and the security headers of every answer."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge_agent.screen.security import BROWSER_COOKIE, PERSON_COOKIE, SIGNED_IN_S, Access

MAX_BODY = 65_536
"""Largest form that anybody has a reason to send, bytes; ``LARGER_BODIES`` has the exceptions."""
_YEAR_S = 365 * 86_400
_UNNAMED = ("/healthz", "/metrics", "/static/", "/screen/")
"""What programs ask for, and what has no form: they get no cookie."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware.

    After it, ``request.state.browser`` is the browser's name, ``request.state.person`` who is signed in (or empty); an
    endpoint that sets ``request.state.sign_in`` to a name signs that person in, to an empty text: out.

    Args:
        app: What comes behind it.
        access: Judges the cookies.
        larger: Path prefix -> largest body that is taken there, bytes.
    """

    def __init__(self, app: ASGIApp, access: Access, larger: Mapping[str, int]) -> None:
        self._app = app
        self._access = access
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no websockets here
        request = Request(scope)
        known = request.cookies.get(BROWSER_COOKIE, "")
        unnamed = not self._access.is_browser(known)
        request.state.browser = browser = self._access.new_browser() if unnamed else known
        request.state.person = self._access.signed_in(browser, request.cookies.get(PERSON_COOKIE, ""))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # A sheet is asked for again at each visit (and mostly not modified): an update is seen at once.
                static = request.url.path.startswith(("/static/", "/screen/"))
                headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
                if unnamed and not request.url.path.startswith(_UNNAMED):
                    _set_cookie(headers, BROWSER_COOKIE, browser, _YEAR_S)
                sign_in = getattr(request.state, "sign_in", None)
                if sign_in is not None:
                    value = self._access.sign_in(browser, sign_in) if sign_in else ""
                    _set_cookie(headers, PERSON_COOKIE, value, SIGNED_IN_S if sign_in else 0)
            await send(message)

        refusal = self._too_large(request)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _too_large(self, request: Request) -> Response | None:
        if request.method in ("GET", "HEAD"):
            return None
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or "transfer-encoding" in request.headers:
            return PlainTextResponse("body: its length is not told. Send Content-Length.", 411)
        most = max((size for path, size in self._larger.items() if request.url.path.startswith(path)), default=MAX_BODY)
        if int(length) > most:
            return PlainTextResponse(f"body: {length} bytes, more than {most}. Send less.", 413)
        return None


def address_of(request: Request) -> str:
    """Whose PINs these are."""
    return request.client.host if request.client else "unknown"


def _set_cookie(headers: MutableHeaders, name: str, value: str, age_s: int) -> None:
    headers.append("Set-Cookie", f"{name}={value}; Max-Age={age_s}; Path=/; HttpOnly; SameSite=Strict")
