"""The first schema.

Until the first release it follows `archive/tables.py` and `archive/full_text.py`, and what came later is a
migration of its own too, for archives that were made before it; from then on it is frozen.
"""

from alembic import op

from archive import full_text
from archive.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    full_text.create(op.get_bind())


def downgrade() -> None:
    full_text.drop(op.get_bind())
    metadata.drop_all(op.get_bind())
