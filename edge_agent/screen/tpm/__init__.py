"""TPM and Lean at work: machine care, tags, the maintenance log, 5S, changeovers, time studies, improvements.

May import what :mod:`edge_agent.screen` may. The judging modules (``audits``, ``smed``, ``timing``, ``repairs``,
``effect``, ``attention``, ``shift``, ``photos``) are pure; the others read the book, call them, and render.

Decision: everything is a record with its key, also a study that is still running and a photo.
Because: it survives a reload, a power cut and a change of the phone, and reaches the province as a stop does.
Instead of: state in a cookie or in the page.

Decision: a list or an area that was taken out of the configuration keeps its records; pages show its bare id.
Because: what somebody signed for is not unsaid by a change of a list.
"""

from edge_agent.screen.tpm.pages import LARGER_BODIES, MENU, router

__all__ = ["LARGER_BODIES", "MENU", "router"]
