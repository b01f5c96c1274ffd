"""Alembic's scripts, one for each change of the tables. Run by ``gateway.registry.upgrade`` at every start."""
