"""What becomes of an article: a new story, a reply to one, or withheld into one?

Pure. The thresholds are set on labelled news (tests/stories): the costly error is the silent one,
so an article is withheld only where hardly any labelled one was wrong.
"""

from dataclasses import dataclass
from typing import Literal

from alerts.stories.likeness import Across, Likeness

Action = Literal["new", "reply", "withhold"]
Why = Literal["copy", "update", "correction", "event", "likely", "language", "apart"]

# The same text: so much of the shorter one stands in the other, and so much speaks for one event:
# forms that an office fills in again and again ("sends greetings to the president of ...") are alike too.
COPY = 0.62
COPY_SCORE = 0.75
COPY_DAYS = 3.0
# Nothing but the same text is so alike; it is the same a week later, or whatever clocks say. A thin one
# may be what stands above every week's news.
SAME = 0.97
# A score from which an article likely tells the event of a thread; after so many days of silence it is
# another event.
JOIN = 0.5
# From the outlet that has another article in the story: all it writes is alike.
JOIN_AGAIN = 0.7
MOST_DAYS = 5.0
# From which it surely enough tells it to speak for the story from then on. What only likely does is told
# as a reply, and nothing joins the story for being likely the event of that: stories would drift.
SURELY = 0.85
# From which an article in other words need not be told. Names, numbers and day of one holiday's reports
# are the same; only so much of the same wording tells one event from the next.
WITHHOLD = 0.92
WITHHOLD_TEXT = 0.7
WITHHOLD_DAYS = 1.0
# From which an article joins a story that was told in other languages only; and one that was told in its
# own language too, and was not like enough there.
JOIN_ACROSS = 0.65
JOIN_BESIDE = 0.9


@dataclass(frozen=True, slots=True)
class Verdict:
    """The action, and in one word what led to it. `loose`: the article only likely tells the event."""

    action: Action
    why: Why
    loose: bool = False


def judge(likeness: Likeness, *, correction: bool, core: bool, outlet_again: bool) -> Verdict:
    """What follows for an article from its likeness to a thread of its own language.

    `core`: the thread is what its story is about in that language. `outlet_again`: the article's outlet
    has another one in the story.
    """
    copy = _is_copy(likeness)
    loose = not copy and not _tells_the_same(likeness)
    join = JOIN_AGAIN if outlet_again else JOIN
    if loose and (likeness.score < join or likeness.days > MOST_DAYS or not core):
        return Verdict("new", "apart")
    if correction:
        return Verdict("reply", "correction", loose)
    if copy and likeness.news:
        return Verdict("reply", "update")
    # An outlet that writes anew has something new to say, if only in the headline: its texts on the same
    # people are alike.
    if copy and not (outlet_again and likeness.headline):
        return Verdict("withhold", "copy")
    if loose:
        return Verdict("reply", "likely", loose)
    return Verdict("withhold" if _is_sure(likeness) and not outlet_again else "reply", "event")


def judge_across(likeness: Across, *, apart: bool) -> Verdict:
    """What follows for an article from its likeness to a thread in another language; never is it withheld.

    `apart`: the story was told in the article's language too, and that was not like enough.
    """
    if likeness.score < (JOIN_BESIDE if apart else JOIN_ACROSS):
        return Verdict("new", "apart")
    return Verdict("reply", "language", loose=apart)


def _tells_the_same(likeness: Likeness) -> bool:
    return likeness.score >= SURELY and likeness.days <= MOST_DAYS and not likeness.stranger


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
        and likeness.told_days >= 0
        and not likeness.stranger
        and likeness.days <= WITHHOLD_DAYS
    )
