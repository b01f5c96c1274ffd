"""The guard before every path: finds out who asks, and stops strangers; every answer carries its security headers."""

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.access.signing_in import From, look_at_link, open_shared
from gateway.api import problems
from gateway.api.security import COOKIE, LINK_COOKIE, LINK_S, SESSION_S, Access, Answer, Verdict

PUBLIC = ("/healthz", "/login", "/enter", "/favicon.ico")
PUBLIC_UNDER = ("/static/", "/language/", "/calendar/", "/verify/")
MAX_BODY = 16_384
"""Largest body that a stranger has a reason to send here, bytes."""
MAX_STRANGERS_FILE = 20_971_520
"""Largest file that a stranger may show to be compared with what was issued, bytes; it is not kept."""
_FILES_OF_STRANGERS = "/verify/file"
MAX_FORM = 1_048_576
"""Largest form without files, bytes."""
MAX_UPLOAD = 33_554_432
"""Largest body at all, bytes; routes and JSON have smaller limits of their own."""
_SAFE = ("GET", "HEAD", "OPTIONS")

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
    "API: nobody is signed in. Send the header 'Authorization: Bearer TOKEN'; a token is made on the page /account, "
    "by whoever has an account."
)


class Guard:
    """ASGI middleware: lets pass what is public or comes with a session, a token or the gateway's secret.

    ``request.state.reader`` is who asks, or None; ``session`` what their cookie holds, empty for programs; ``caller``
    one word for whom limits count.
    """

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
        request.state.reader, request.state.session, request.state.caller = None, "", ""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # A sheet is asked for again at each visit (and mostly not modified): an update is seen at once.
                static = request.url.path.startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
            await send(message)

        refusal = await self._refusal(request) or _too_large(request)
        await (refusal or self._app)(scope, receive, send_with_headers)

    async def _refusal(self, request: Request) -> Response | None:
        """What to answer instead of the page; None when the request may pass."""
        if request.url.path.startswith("/static/"):
            return None
        kind, _, offered = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return await self._hear_program(request, offered.strip())
        if _comes_from_elsewhere(request):
            return _not_taken(request, 403, "form: was sent by another site. Open the page here and send it again.")
        return await self._hear_browser(request)

    async def _hear_program(self, request: Request, offered: str) -> Response | None:
        answer = await run_in_threadpool(self._access.offer, offered, address_of(request))
        request.state.reader, request.state.caller = answer.reader, answer.caller
        return None if answer.verdict is Verdict.RIGHT else _refuse(request, answer)

    async def _hear_browser(self, request: Request) -> Response | None:
        path = request.url.path
        if path == "/" and "key" in request.query_params and request.method == "GET":
            return await run_in_threadpool(self._open_link, request)
        await self._recognise(request)
        if request.state.reader or path in PUBLIC or path.startswith(PUBLIC_UNDER):
            return None
        if path.startswith("/api/"):
            return _refuse(request, Answer(Verdict.WRONG))
        target = path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(target, safe='')}", 303)

    async def _recognise(self, request: Request) -> None:
        session = request.cookies.get(COOKIE, "")
        if not session:
            return
        reader = await run_in_threadpool(self._access.reader_of, session)
        if reader is not None:
            request.state.reader, request.state.session = reader, session
            request.state.caller = f"account:{reader.account}"

    def _open_link(self, request: Request) -> Response:
        """``/?key=SECRET``: in, or to the form that chooses a password; the address is then without the secret."""
        secret, now, origin = request.query_params["key"], self._access.clock(), origin_of(request)
        link, wait_s = look_at_link(self._access.engine, now, secret, origin)
        if link is None:
            return RedirectResponse(f"/login?problem={'wait' if wait_s else 'link'}", 303)
        if not link.is_shared:
            response = RedirectResponse("/enter", 303)
            set_cookie(response, request, LINK_COOKIE, secret, LINK_S, "/enter")
            return response
        entry = open_shared(self._access.engine, now, secret, origin)
        if not entry.session:
            return RedirectResponse("/login?problem=link", 303)
        response = RedirectResponse("/", 303)
        start_session(response, request, entry.session)
        return response


def address_of(request: Request) -> str:
    """Whose attempts these are."""
    return request.client.host if request.client else "unknown"


def origin_of(request: Request) -> From:
    """Where a person comes from."""
    return From(address_of(request), request.headers.get("user-agent", ""))


def start_session(response: Response, request: Request, session: str) -> None:
    """Let the browser in from now on."""
    set_cookie(response, request, COOKIE, session, SESSION_S, "/")


def set_cookie(response: Response, request: Request, name: str, value: str, max_age_s: int, path: str) -> None:
    """A cookie that no script reads and no other site sends with a form; behind TLS for TLS only."""
    response.set_cookie(
        name,
        value,
        max_age=max_age_s,
        path=path,
        httponly=True,
        # Lax, not strict: a link in a mail to a page here opens the page, not the form for the password.
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _comes_from_elsewhere(request: Request) -> bool:
    """Whether the browser says that another site sends this; old browsers and programs do not say."""
    return request.method not in _SAFE and request.headers.get("sec-fetch-site", "") in ("cross-site", "same-site")


def _refuse(request: Request, answer: Answer) -> Response:
    path = request.url.path
    if answer.verdict is Verdict.WAIT:
        detail = f"API: too many wrong tokens from your address. Try again in {answer.wait_s} s with the right one."
        return problems.answer(path, 429, detail, headers={"Retry-After": str(answer.wait_s)})
    return problems.answer(path, 401, SAY_WHO, headers={"WWW-Authenticate": "Bearer"})


def _too_large(request: Request) -> Response | None:
    if request.method in ("GET", "HEAD"):
        return None
    # Without either header a request has no body (RFC 9112, 6.3): a DELETE comes so.
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or "transfer-encoding" in request.headers:
        return _not_taken(request, 411, "body: its length is not told. Send Content-Length.")
    most = _most(request)
    if int(length) > most:
        return _not_taken(request, 413, f"body: {length} bytes, more than {most}. Send less.")
    return None


def _not_taken(request: Request, status: int, detail: str) -> Response:
    path = request.url.path
    return problems.answer(path, status, detail) if path.startswith("/api/") else PlainTextResponse(detail, status)


def _most(request: Request) -> int:
    if request.state.reader is None:
        return MAX_STRANGERS_FILE if request.url.path == _FILES_OF_STRANGERS else MAX_BODY
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return MAX_FORM if is_form else MAX_UPLOAD
