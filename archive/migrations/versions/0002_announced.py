"""What each feed announced at its last poll.

Archives of before know nothing of it: their feeds are read whole once more. The first schema follows
`archive/tables.py` until the first release, so that a new archive has the table already.
"""

from alembic import op

from archive.tables import announced

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    announced.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    announced.drop(op.get_bind(), checkfirst=True)
