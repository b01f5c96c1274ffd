"""The screen beside the machine: pages that this edge serves by itself, also while no network leads out.

May import edge_agent (configuration, wire, kpi, oee, speech; bench and calibration in ``bench`` alone, which is loaded
only where an edge has one), msgspec, fastapi, starlette, uvicorn and jinja2; those four live at the edge in this
package only. It is imported only where ``[screen]`` is configured: an edge without a screen needs neither the libraries
nor their memory. Web files lie in ``dashboards/web/screen`` and their path is passed in, because nothing here may
import dashboards.

**How a page is added**

1. A module ``edge_agent/screen/NOUN.py`` with ``router = APIRouter(include_in_schema=False)`` and plain ``def``
   endpoints. ``TheScreen`` (source.py) gives the board, the book, the clock and the configuration; ``Pages``
   (rendering.py) renders; ``Sent`` (forms.py) is a form that came back, already checked for its token::

       @router.post("/tags")
       def hang_tag(request: Request, screen: TheScreen, pages: Pages, form: Sent) -> Response:
           unit = form.choice("unit", screen.settings.units)
           what = form.text("what", most=500, wanted=True)
           who = screen.who(request, form)                  # operator and PIN, if any are configured
           entry = AbnormalityTag(key=form.key(), work_unit=unit, what=what, found_at=screen.clock(), who=who, ...)
           if screen.keep(request, form, entry):            # False: something is wrong, or the disk has not got it
               return RedirectResponse("/tags", 303)
           return pages.page(request, "tags.html", {"form": form, ...}, 422)

   ``form.key()`` is the key that the page was made with: a form that is sent twice is one record.
   ``screen.book()`` is a context manager that gives a ``ShopReader`` to this request alone.
2. Its router in ``ROUTERS`` and, if it has a place in the menu, a line in ``MENU`` (both in app.py).
   A route that takes more than 64 kB (a photo) says so in ``LARGER_BODIES`` there.
3. Templates in ``dashboards/web/screen/templates``, ``{% extends "frame.html" %}``; macros for fields, choices,
   mistakes and the person who enters are in ``parts.html``::

       {% from "parts.html" import form_of, field, choice, who_enters %}
       {% call form_of(say, "/tags", form, form_token) %}
       {{ field(say, form, "what", say("NOUN.what")) }}
       {{ who_enters(say, form, operators, person, here) }}
       <button>{{ say("NOUN.hang") }}</button>
       {% endcall %}

   A page that shows a form for the first time passes ``"form": Form()``. Present in every template: ``say``, ``here``,
   ``form_token``, ``operators``, ``person``, ``path``, ``edge``. ``say.moment(at, now)``, ``say.lasting(seconds)``,
   ``say.number(x)``, ``say.percent(x)``, ``say.title(titles, name)`` word figures and times.
4. Words in ``dashboards/web/screen/words.NOUN.vi.toml`` and ``words.NOUN.en.toml``; all files of a language are read
   together, and no key may stand in two. The menu's word is ``menu.NOUN``, that of an entry in the undo strip
   ``noun.TAG`` (the tag of its record).
5. Styles in ``dashboards/web/screen/static/NOUN.css``, linked in ``{% block head %}``; colours only by the tokens of
   ``nhipdo.css``. Scripts the same; a page that takes entries works without script.

Decision: what is entered goes through the recorder's queue, and the page waits until it is on disk.
Because: the recorder owns the disk, and "saved" on a screen must survive a power cut.
Instead of: a database of the screen's own, which would have to be reconciled.

Decision: pages read the board that the recorder makes every second, and open the book themselves to look.
Because: no number of browsers can then hold up what is measured.

Decision: names and PINs guard against mistakes and mix-ups, not against an attacker in the network.
Because: the screen speaks plain HTTP inside the plant; who needs more puts it behind the plant's own proxy.
"""
