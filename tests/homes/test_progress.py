"""Facts of projects, forecasts that are never overwritten, updates and whom they reach."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from homes import errors, notifications, operations, queries
from homes.models import Audience, ConstructionUpdate, Factor, Forecast, MilestoneKind, UpdateState
from kernel import clock, outbox
from kernel.actor import SYSTEM
from kernel.db import db
from kernel.form_keys import KeyUsedOtherwise
from member.models import Notice
from tests.support.homes import a_building, a_factor, a_photo, a_planned_building, a_project, an_update, owned_home
from tests.support.member import a_member

pytestmark = pytest.mark.usefixtures("context")


def test_a_changed_fact_is_a_new_version_and_the_old_one_stays() -> None:
    a_project()
    first = a_factor()
    second = a_factor(number=first.number, distance_m=300, reason="复测")
    assert [(f.version, f.distance_m) for f in queries.factor_versions("SZ-YHL")[first.number]] == [(2, 300), (1, 320)]
    assert [f.id for f in queries.factors("SZ-YHL")] == [second.id]


def test_a_change_needs_its_reason_and_a_withdrawn_fact_stays_in_the_history() -> None:
    a_project()
    first = a_factor()
    with pytest.raises(errors.ReasonNeeded):
        a_factor(number=first.number, distance_m=300)
    assert len(queries.factor_versions("SZ-YHL")[first.number]) == 1
    a_factor(number=first.number, withdrawn=True, reason="加油站已拆除")
    assert queries.factors("SZ-YHL") == [] and len(queries.factor_versions("SZ-YHL")[first.number]) == 2


@pytest.mark.parametrize("statement", [sa.delete(Factor), sa.update(Factor).values(text="没有加油站")])
def test_the_database_itself_keeps_published_facts(statement: sa.Executable) -> None:
    a_project()
    a_factor()

    @operations.ledger.operation
    def tamper() -> None:
        db.session.execute(statement)

    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        tamper()


def _handover(building_id: int) -> int:
    return next(m.id for m in queries.milestones_of(building_id) if m.kind is MilestoneKind.HANDOVER)


def test_forecasts_add_up_to_a_history() -> None:
    building = a_planned_building()
    milestone_id = _handover(building.id)
    operations.state_forecast(milestone_id, expected_on=date(2027, 6, 30), reason="计划", actor=SYSTEM)
    operations.state_forecast(milestone_id, expected_on=date(2027, 8, 15), reason="台风停工12天", actor=SYSTEM)
    with pytest.raises(errors.SameForecast):
        operations.state_forecast(milestone_id, expected_on=date(2027, 8, 15), reason="同上", actor=SYSTEM)
    home = owned_home(a_member(), "12号902室", "SH-SYT", 约定交付日期=date(2027, 6, 30))
    delivery = queries.delivery_of(home)
    assert [f.expected_on for f in delivery.forecasts] == [date(2027, 8, 15), date(2027, 6, 30)]
    assert delivery.late == 46 and delivery.actual is None
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        operations.ledger.operation(lambda: db.session.execute(sa.update(Forecast).values(reason="")))()


def test_percent_and_steps_of_a_building() -> None:
    building = a_planned_building()
    (progress,) = queries.buildings_of("SH-SYT")
    assert progress.building.id == building.id and progress.percent == 15 + 16
    assert [s.state for s in progress.steps] == ["done", "now", "next", "next", "next"]


def test_progress_may_go_down_after_rework() -> None:
    building = a_planned_building()
    foundation = queries.milestones_of(building.id)[0]
    operations.state_milestone(foundation.id, reached_on=None, evidence="返工", actor=SYSTEM)
    assert queries.buildings_of("SH-SYT")[0].percent == 16


def test_planning_twice_plans_once() -> None:
    building = a_planned_building()
    a_planned_building()
    assert len(queries.milestones_of(building.id)) == 5


# --- updates ----------------------------------------------------------------------------------------------------------


def test_publishing_fixes_the_percentage_of_the_day() -> None:
    building = a_planned_building()
    update = an_update(building)
    assert (update.state, update.percent) == (UpdateState.PUBLISHED, 31)
    assert "structure:40" in update.percent_rule


def test_the_same_form_twice_is_one_update() -> None:
    building = a_building()
    facts = {
        "building_id": building.id,
        "audience": Audience.BUILDING,
        "title": "进展",
        "text": "文字",
        "taken_on": clock.today(),
        "key": "0123456789abcdefgh",
    }
    first = operations.write_update("SZ-YHL", **facts, actor=SYSTEM)
    assert operations.write_update("SZ-YHL", **facts, actor=SYSTEM).id == first.id
    with pytest.raises(KeyUsedOtherwise):
        operations.write_update("SZ-YHL", **(facts | {"text": "别的"}), actor=SYSTEM)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ConstructionUpdate)) == 1


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"text": " "}, errors.NothingToShow),
        ({"taken_on": date(2026, 11, 24)}, errors.TakenInFuture),
        ({"audience": Audience.HOME}, errors.UnknownPlace),
        ({"home_id": 999_999}, errors.UnknownPlace),
    ],
)
def test_a_refused_update_leaves_nothing(facts, refusal) -> None:
    building = a_building()
    with pytest.raises(refusal):
        an_update(building, **facts)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ConstructionUpdate)) == 0


def test_a_building_of_another_project_is_refused() -> None:
    building = a_building("SH-SYT", "12")
    a_project()
    with pytest.raises(errors.UnknownPlace):
        operations.write_update(
            "SZ-YHL",
            building_id=building.id,
            audience=Audience.BUILDING,
            title="t",
            text="t",
            taken_on=clock.today(),
            key="0123456789abcdefgh",
            actor=SYSTEM,
        )


def test_what_is_published_is_not_edited_only_withdrawn_with_a_reason() -> None:
    update = an_update(a_building())
    with pytest.raises(errors.WrongStep):
        operations.edit_update(update.id, title="x", text="x", taken_on=clock.today(), viewpoint="", actor=SYSTEM)
    with pytest.raises(errors.ReasonNeeded):
        operations.withdraw_update(update.id, reason=" ", actor=SYSTEM)
    assert db.session.get_one(ConstructionUpdate, update.id, populate_existing=True).state is UpdateState.PUBLISHED
    operations.withdraw_update(update.id, reason="照片拍错楼栋", actor=SYSTEM)
    with pytest.raises(errors.WrongStep):
        operations.publish_update(update.id, actor=SYSTEM)


def test_an_edited_review_is_a_draft_again() -> None:
    update = an_update(a_building(), published=False)
    operations.review_update(update.id, actor=SYSTEM)
    edited = operations.edit_update(
        update.id, title="新", text="新", taken_on=clock.today(), viewpoint="", actor=SYSTEM
    )
    assert edited.state is UpdateState.DRAFT


def test_an_owner_sees_the_own_buildings_updates_and_the_projects() -> None:
    member = a_member()
    home = owned_home(member, "2栋1单元1803")
    own, other = a_building(number="2"), a_building(number="3")
    neighbour_home = owned_home(a_member(), "2栋1单元1804")
    seen = [
        an_update(own, title="本栋").id,
        an_update(own, title="公开", audience=Audience.PUBLIC).id,
        an_update(own, title="本户", audience=Audience.HOME, home_id=home.id).id,
    ]
    whole = operations.write_update(
        "SZ-YHL",
        building_id=None,
        audience=Audience.PROJECT,
        title="园林",
        text="园林",
        taken_on=clock.today(),
        key="0123456789abcdefgh",
        actor=SYSTEM,
    )
    seen.append(operations.publish_update(whole.id, actor=SYSTEM).id)
    an_update(other, title="别栋")
    an_update(own, title="邻居", audience=Audience.HOME, home_id=neighbour_home.id)
    an_update(own, title="草稿", published=False)
    withdrawn = an_update(own, title="撤回")
    operations.withdraw_update(withdrawn.id, reason="有误", actor=SYSTEM)
    right = queries.right_for(member.id, home.id)
    assert right is not None
    assert {u.id for u in queries.updates_for(right).items} == set(seen)


def test_owners_are_told_once_each_in_their_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "AT_ONCE", 2)
    building = a_building()
    members = [a_member(locale="en" if n == 0 else "zh_Hans_CN") for n in range(5)]
    for n, member in enumerate(members):
        owned_home(member, f"2栋1单元180{n + 1}")
    outsider = a_member()
    owned_home(outsider, "3栋1单元1801")
    update = an_update(building, title="主体封顶")
    while outbox.deliver_due():
        pass
    assert notifications.tell_owners(update.id, after=0) == 0
    told = list(db.session.scalars(sa.select(Notice).where(Notice.kind == "homes.update_published")))
    assert sorted(n.member_id for n in told) == sorted(m.id for m in members)
    assert "News from your building" in next(n.title for n in told if n.member_id == members[0].id)
    assert all(n.url.startswith("/me/homes/") and n.body for n in told)


def test_a_withdrawn_update_is_not_told() -> None:
    building = a_building()
    member = a_member()
    owned_home(member)
    update = an_update(building)
    operations.withdraw_update(update.id, reason="有误", actor=SYSTEM)
    outbox.deliver_due()
    assert not list(db.session.scalars(sa.select(Notice).where(Notice.kind == "homes.update_published")))


def test_photos_belong_to_their_update() -> None:
    update = an_update(a_building(), photos=[a_photo()], audience=Audience.PUBLIC)
    (photo,) = queries.photos_of([update])[update.id]
    assert photo.owner_kind == queries.PUBLIC_PHOTO_KIND
    assert queries.newest_photo_by_project(["SZ-YHL"])["SZ-YHL"].id == photo.id
    operations.withdraw_update(update.id, reason="有误", actor=SYSTEM)
    assert queries.newest_photo_by_project(["SZ-YHL"]) == {}


def test_reading_the_facts_is_kept_with_its_version_once() -> None:
    a_project()
    member = a_member()
    factor = a_factor()
    for _again in range(2):
        operations.note_reading("SZ-YHL", member=member, actor=SYSTEM)
    assert queries.read_version(member.id, "SZ-YHL") == factor.id
    newer = a_factor(number=factor.number, distance_m=1, reason="复测")
    assert (queries.read_version(member.id, "SZ-YHL") or 0) < newer.id
    with clock.at(clock.now() + timedelta(hours=1)):
        operations.note_reading("SZ-YHL", member=member, actor=SYSTEM)
    assert queries.read_version(member.id, "SZ-YHL") == newer.id
