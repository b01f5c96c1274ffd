"""What the provincial indicators rest on, gathered from the registry; plans from files; what is kept of reports.

May import :mod:`gateway.indicators`, :mod:`gateway.registry`, :mod:`gateway.production`, :mod:`gateway.laboratory`,
:mod:`gateway.certificates`, :mod:`gateway.access` and :mod:`gateway.reports`. Knows nothing of the web.

Decision: facts are gathered as whoever asks may see them.
Because: an officer's figures must not show what is not theirs; a figure that rests on less says so.
"""
