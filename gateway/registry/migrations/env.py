"""How Alembic reaches the tables: over the connection that ``gateway.registry.database`` hands in."""

from alembic import context

from gateway.registry.models import Base


def run() -> None:
    """Run what Alembic was asked for on the given connection."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


# Alembic executes this file under this name; everybody else only imports it.
if __name__ == "env_py":
    run()
