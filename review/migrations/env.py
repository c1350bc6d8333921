"""Run by Alembic, on the connection that it is given."""

from alembic import context

from review.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by writing it again
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
