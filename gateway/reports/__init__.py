"""Evaluated plans as documents that people go on working with: text (DOCX), tables (XLSX), print (PDF), charts.

May import :mod:`gateway.indicators` and document libraries. Reads no registry and no clock: it is given what it says.
"""
