"""The gateway's HTTP API and its pages: load, call, return. One router per noun.

May import what the gateway may, fastapi, starlette and jinja2. The web files (templates, styles, words) live in
``dashboards/web``; their path is passed in, because nothing here may import dashboards.

Decision: one ASGI guard stands before every path, and a short list of paths is public.
Because: a router that somebody adds later is then closed until it is opened on purpose.
Instead of: a dependency on each router, which can be forgotten.

Decision: pages are rendered here as whole HTML; the script only fetches the same fragment again.
Because: a page then shows its figures without script, and there is one place that words a figure.
Instead of: a client that builds the page from JSON.

Decision: charts are SVG drawn here.
Because: no library has to be loaded from elsewhere, and a plant's network often ends at its gate.
"""
