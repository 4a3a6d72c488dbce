"""What becomes of an article: a new story, a reply to one, or withheld into one?

Pure. The thresholds are set on labelled news (tests/stories): the costly error is the silent one,
so an article is withheld only where hardly any labelled one was wrong.
"""

from dataclasses import dataclass
from typing import Literal

from alerts.stories.likeness import Likeness

Action = Literal["new", "reply", "withhold"]
Why = Literal["copy", "update", "correction", "event", "language", "apart"]

# The same text: so much of the shorter one stands in the other, and so much speaks for one event:
# forms that an office fills in again and again ("sends greetings to the president of ...") are alike too.
COPY = 0.62
COPY_SCORE = 0.75
COPY_DAYS = 3.0
# Nothing but the same text is so alike; it is the same a week later, or whatever clocks say. A thin one
# may be what stands above every week's news.
SAME = 0.97
# A score from which an article belongs to a story; after so many days of silence it is another event.
JOIN = 0.5
MOST_DAYS = 5.0
# From which an article in other words need not be told. Names, numbers and day of one holiday's reports
# are the same; only so much of the same wording tells one event from the next.
WITHHOLD = 0.92
WITHHOLD_TEXT = 0.7
WITHHOLD_DAYS = 1.0
# From which an article joins a story that was told in other languages only.
JOIN_ACROSS = 0.2


@dataclass(frozen=True, slots=True)
class Verdict:
    """The action, and in one word what led to it."""

    action: Action
    why: Why


def judge(likeness: Likeness, *, correction: bool) -> Verdict:
    """What follows for an article from its likeness to a thread of its own language."""
    copy = _is_copy(likeness)
    if not copy and (likeness.score < JOIN or likeness.days > MOST_DAYS):
        return Verdict("new", "apart")
    if correction:
        return Verdict("reply", "correction")
    if copy:
        return Verdict("reply", "update") if likeness.news else Verdict("withhold", "copy")
    return Verdict("withhold" if _is_sure(likeness) else "reply", "event")


def _is_copy(likeness: Likeness) -> bool:
    alike = likeness.copy >= COPY and likeness.timeless >= COPY_SCORE and not likeness.stranger
    same = likeness.copy >= SAME and not likeness.news and not likeness.thin
    return alike and (likeness.days <= COPY_DAYS or same)


def _is_sure(likeness: Likeness) -> bool:
    likely = likeness.score >= WITHHOLD and likeness.text >= WITHHOLD_TEXT
    return (
        likely
        and not likeness.thin
        and likeness.numbers >= 0
        and not likeness.stranger
        and likeness.days <= WITHHOLD_DAYS
    )
