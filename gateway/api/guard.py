"""The guard before every path: nobody passes without the secret, and every answer carries its security headers."""

from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.security import COOKIE, RENEW_S, SESSION_S, Access, Answer, Verdict

PUBLIC = ("/healthz", "/login", "/favicon.ico")
PUBLIC_UNDER = ("/static/", "/language/")
MAX_BODY = 16_384
"""Largest body that anybody has a reason to send here, bytes."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

SAY_WHO = (
    "API: no valid secret came. Send the header 'Authorization: Bearer SECRET'; the secret is in the gateway's file "
    "api-secret; nhipdo serve prints its path."
)


class Guard:
    """ASGI middleware: lets pass what is public or comes with the secret or a session."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no websockets here
        request = Request(scope)
        session = request.cookies.get(COOKIE, "")
        left_s = self._access.session_left_s(session)
        request.state.session = session if left_s > 0 else ""
        renewed = self._access.new_session() if 0 < left_s < RENEW_S and request.method == "GET" else ""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # A sheet is asked for again at each visit (and mostly not modified): an update is seen at once.
                static = request.url.path.startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
                if renewed:
                    _set_session(headers, request, renewed)
            await send(message)

        refusal = _too_large(request) or self._refusal(request)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> Response | None:
        """What to answer instead of the page; None when the request may pass."""
        path = request.url.path
        if path == "/" and "key" in request.query_params:
            return self._enter(request)
        if request.state.session or path in PUBLIC or path.startswith(PUBLIC_UNDER):
            return None
        kind, _, offered = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            answer = self._access.offer(offered.strip(), address_of(request))
            return None if answer.verdict is Verdict.RIGHT else _refuse(answer)
        if path.startswith("/api/"):
            return _refuse(Answer(Verdict.WRONG))
        target = path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(target, safe='')}", 303)

    def _enter(self, request: Request) -> Response:
        """``/?key=SECRET``: a session, and an address without the secret in it."""
        answer = self._access.offer(request.query_params["key"], address_of(request))
        if answer.verdict is not Verdict.RIGHT:
            return RedirectResponse(f"/login?problem={answer.verdict.value}", 303)
        response = RedirectResponse("/", 303)
        start_session(response, request, self._access)
        return response


def address_of(request: Request) -> str:
    """Whose guesses these are."""
    return request.client.host if request.client else "unknown"


def start_session(response: Response, request: Request, access: Access) -> None:
    """Let the browser in from now on."""
    _set_session(response.headers, request, access.new_session())


def _set_session(headers: MutableHeaders, request: Request, session: str) -> None:
    secure = "; Secure" if request.url.scheme == "https" else ""
    headers.append("Set-Cookie", f"{COOKIE}={session}; Max-Age={SESSION_S}; Path=/; HttpOnly; SameSite=Strict{secure}")


def _refuse(answer: Answer) -> Response:
    if answer.verdict is Verdict.WAIT:
        detail = f"API: too many wrong secrets from your address. Try again in {answer.wait_s} s with the right one."
        return JSONResponse({"detail": detail}, 429, {"Retry-After": str(answer.wait_s)})
    return JSONResponse({"detail": SAY_WHO}, 401, {"WWW-Authenticate": "Bearer"})


def _too_large(request: Request) -> Response | None:
    if request.method in ("GET", "HEAD"):
        return None
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or "transfer-encoding" in request.headers:
        return PlainTextResponse("body: its length is not told. Send Content-Length.", 411)
    if int(length) > MAX_BODY:
        return PlainTextResponse(f"body: {length} bytes, more than {MAX_BODY}. Send less.", 413)
    return None
