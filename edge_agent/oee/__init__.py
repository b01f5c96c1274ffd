"""Productivity at the edge, live: evidence from samples, elements and stops as records, the picture for the screen.

May import :mod:`edge_agent.kpi` (the rules), the wire, the outbox's tables and the configuration.
"""
