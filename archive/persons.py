"""What does the archive know of a person, and how is it forgotten?

Who muted something, by name and number, and a private chat with the bot, whose number is the
person's own. Articles name people too; they are what was published, and go with their age.
"""

from sqlalchemy import Connection, delete, update

from archive.tables import chat, delivery, mute

NOBODY = "somebody"


def forget(conn: Connection, user: int) -> dict[str, int]:
    """Forget the Telegram user with this number; of what how many rows were changed or removed.

    Mutes go on without a name. What was to be sent to the person is not sent any more.
    """
    mutes = conn.execute(update(mute).where(mute.c.user == user).values(by=NOBODY, user=None)).rowcount
    mine = delivery.c.chat == str(user)
    unsent = delivery.c.state.in_(("pending", "sending", "uncertain", "waiting"))
    conn.execute(update(delivery).where(mine, unsent).values(state="dead", reason="the person is forgotten"))
    sent = conn.execute(
        update(delivery)
        .where(mine)
        .values(chat=NOBODY, message_id=None, mark=None, recheck_at=None, doubtful=None)
    ).rowcount
    chats = conn.execute(delete(chat).where(chat.c.chat == str(user))).rowcount
    conn.execute(update(chat).where(chat.c.moved_to == str(user)).values(moved_to=None))
    return {"mutes": mutes, "deliveries": sent, "chats": chats}
