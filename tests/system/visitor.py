"""A browser without scripts: it keeps cookies, reads pages and sends their forms back with their tokens."""

import html
import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

_TIMEOUT_S = 20


class Visitor:
    """Somebody at a screen.

    Args:
        url: Of the screen, without a slash at its end.
        secret: Sent as a bearer token with every request; empty: none.
    """

    def __init__(self, url: str, secret: str = "") -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        if secret:
            self._opener.addheaders.append(("Authorization", f"Bearer {secret}"))

    def page(self, path: str) -> str:
        """A page; empty while nobody answers, or there is no such page yet."""
        try:
            with self._opener.open(self._url + path, timeout=_TIMEOUT_S) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return ""
                raise AssertionError(path, error.code, words_of(error.read().decode())) from error
        except OSError:
            return ""

    def words(self, path: str) -> str:
        """What a page says to people."""
        return words_of(self.page(path))

    def send(self, at: str, to: str, **fields: str) -> str:
        """Send a form of the page at ``at``; the page that it leads to. It must be taken."""
        page = self.page(at)
        hidden = re.findall(r'<input type="hidden" name="(token|key)" value="([0-9a-f]+)">', page)
        assert any(name == "token" for name, _ in hidden), words_of(page)
        body = urllib.parse.urlencode({**dict(hidden), **fields}).encode()
        try:
            with self._opener.open(self._url + to, data=body, timeout=_TIMEOUT_S) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(to, error.code, words_of(error.read().decode())) from error


def words_of(page: str) -> str:
    """A page without its tags, scripts and pictures."""
    text = re.sub(r"<(head|svg|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
