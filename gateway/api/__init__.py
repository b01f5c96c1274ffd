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

Decision: what holds for all of ``/api/`` stands in middleware and in one pass over the OpenAPI
(:mod:`gateway.api.conventions`), not in the routers.
Because: a router that somebody adds, or a factory makes, has it without knowing of it.

What a router has without asking: problem documents for every error, also the framework's (``problems``,
``explaining``); JSON bodies that every database can hold, whole, in UTF-8, of bounded depth (``bodies``);
``Idempotency-Key`` on POST (``idempotency``; a route whose answer holds a secret calls ``keep_no_answer``); limits by
caller (``rate_limit``; the guard says who it is in ``request.state.caller``); and all of it told in the OpenAPI.

What a router asks for::

    @router.get("", response_model=Page[ProductOut], responses={**OR_CSV})
    def read_products(asked: Paged, session: TheSession) -> Page[ProductOut] | Response:
        statement = asked.keyset(select(ProductRow), ProductRow.name, ProductRow.id)      # order, limit, cursor
        cut = asked.cut(session.scalars(statement), lambda row: (row.name, row.id), is_after=True)
        return asked.answer(cut, ProductOut, ProductOut.of, "products")                   # JSON, or CSV by Accept

    @router.get("/{id}", response_model=ProductOut, responses={**NOT_MODIFIED})
    def read_product(product: TheProduct, request: Request, response: Response, _given: IfNoneMatch = None):
        response.headers["ETag"] = etag(product.revision)
        return not_modified(request, etag(product.revision)) or ProductOut.of(product)    # 304, or all of it

    @router.put("/{id}", responses={412: {}, 428: {}})
    def change_product(product: TheProduct, change: ProductIn, request: Request, _given: IfMatch = None) -> ProductOut:
        require_match(request, f"product {product.name}", etag(product.revision), ProductOut.of(product).model_dump())
        ...                                                                               # 428, 412, or go on

    raise ProblemError(409, "product cap-38: is there already. Choose another name.")     # or HTTPException

The revision that ``require_match`` compares must be read in the transaction that writes the next one. A list of a
noun is ``Paged`` (100 rows, at most 1000); ``Whole`` is for the arrays that came before there were pages.
"""
