"""The first schema.

Until the first release this one migration follows `archive/tables.py` and `archive/full_text.py`; from
then on it is frozen and every change is a migration of its own.
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
