"""Four years of the demo club: people join, file cases, come to events, earn and redeem points, at moments long past."""

from datetime import timedelta
from functools import partial

from kernel import jobs
from kernel.actor import Actor
from member import operations as members
from portal.demo import people
from portal.demo.life.cases import file_cases
from portal.demo.life.events import hold_events
from portal.demo.life.joining import join_all, thank_for_purchases
from portal.demo.life.rewards import redeem_some, stock_rewards
from portal.demo.life.story import NOW, Story, actor_of


def tell(staff: dict[str, Actor]) -> Story:
    """Return the whole story, ready to be lived."""
    story = Story(staff)
    for chapter in (stock_rewards, join_all, thank_for_purchases, hold_events, file_cases, redeem_some):
        chapter(story)
    moment = NOW - timedelta(weeks=205)
    while moment < NOW:
        story.then(moment, _night)
        moment += timedelta(weeks=1)
    for person in people.MEMBERS:
        story.then(NOW - timedelta(days=3), partial(_read, person.mobile))
    return story


def _night() -> None:
    """What the schedule does while people sleep; once a week is often enough for a story."""
    for name in ("service_requests.escalate", "service_requests.close_silent", "points.expire", "events.repair_queues"):
        jobs.run(name)


def _read(mobile: str) -> None:
    members.mark_notices_read(actor_of(mobile).id)
