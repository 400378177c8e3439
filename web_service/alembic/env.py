"""What Alembic runs for every package's migrations: the connection is ours, and so is its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
context.run_migrations()
