"""The back office's pages of points: orders and handing over, members' accounts, rewards, rules."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel import limits
from kernel.access import current_actor, current_staff, found_or_404, staff_can
from kernel.errors import Refused
from kernel.forms import Form, refusals_shown_on
from member import queries as member_queries
from member.models import Member
from points import operations, queries
from points.errors import NeedsSecondPerson, TooManyCodes
from points.forms import GoodwillForm, HandOverForm, ReasonForm, RewardForm, StockForm, place_of
from points.models import Redemption, RedemptionState, Reward, RewardState
from points.policies import Permission
from staff import queries as staff_queries

bp = Blueprint("points_staff", __name__, url_prefix="/staff/points")
ID = "int(max=9007199254740991)"


# --- orders ------------------------------------------------------------------------------------------------------------


@bp.get("/")
@staff_can(Permission.SEE_ORDERS)
def index() -> Any:
    """Show the orders that wait, and the field for a pick-up code."""
    return _orders_page(HandOverForm())


@bp.post("/hand-overs")
@staff_can(Permission.HAND_OVER)
def hand_over() -> Any:
    """Hand an order over by its code; tries are counted, because a code is worth a reward."""
    form = HandOverForm()
    if form.submitted():
        with refusals_shown_on(form):
            key = f"staff:{current_staff.id}"
            limits.hit("points.code", key, limit=30, per=timedelta(minutes=10), refusal=TooManyCodes)
            order = operations.hand_over(
                form.code.data,
                used_for=form.used_for.data,
                within=staff_queries.scope_of(current_staff, Permission.HAND_OVER),
                actor=current_actor(),
            )
            flash(_("Handed over: order %(number)s.", number=order.number), "success")
            return redirect(url_for("points_staff.order", redemption_id=order.id), code=303)
    return _orders_page(form)


def _orders_page(form: HandOverForm) -> tuple[str, int]:
    state = request.args.get("state", "open")
    page = queries.orders_for(current_staff, state=state, cursor=request.args.get("after"))
    members = member_queries.members_by_id([order.member_id for order in page.items])
    states = [("open", _("To hand over")), *((one.value, one.label) for one in RedemptionState), ("all", _("All"))]
    text = render_template(
        "staff/points/orders.html", page=page, members=members, form=form, state=state, states=states
    )
    return text, form.status


@bp.get(f"/orders/<{ID}:redemption_id>")
@staff_can(Permission.SEE_ORDERS)
def order(redemption_id: int) -> Any:
    """Show an order with its history."""
    return _order_page(redemption_id, ReasonForm())


@bp.post(f"/orders/<{ID}:redemption_id>/readiness")
@staff_can(Permission.HAND_OVER)
def make_ready(redemption_id: int) -> Any:
    """Say that an order lies ready at its desk."""
    form = ReasonForm()
    _in_scope(redemption_id)
    with refusals_shown_on(form):
        operations.mark_ready(redemption_id, actor=current_actor())
        flash(_("The member has been told that it is ready."), "success")
        return redirect(url_for("points_staff.order", redemption_id=redemption_id), code=303)
    return _order_page(redemption_id, form)


@bp.post(f"/orders/<{ID}:redemption_id>/cancellation")
@staff_can(Permission.HAND_OVER)
def cancel(redemption_id: int) -> Any:
    """Cancel an order on the club's behalf, with the reason; the member has the points back."""
    form = ReasonForm()
    _in_scope(redemption_id)
    if form.submitted():
        with refusals_shown_on(form):
            operations.cancel_redemption(redemption_id, reason=form.reason.data, actor=current_actor())
            flash(_("Cancelled. The points are back in the member's account."), "success")
            return redirect(url_for("points_staff.order", redemption_id=redemption_id), code=303)
    return _order_page(redemption_id, form)


def _in_scope(redemption_id: int) -> Redemption:
    order = found_or_404(queries.order_for(current_staff, redemption_id))
    scope = staff_queries.scope_of(current_staff, Permission.HAND_OVER)
    return found_or_404(order if scope.covers(city_code=order.city_code, project_code=order.project_code) else None)


def _order_page(redemption_id: int, form: ReasonForm) -> tuple[str, int]:
    order = found_or_404(queries.order_for(current_staff, redemption_id))
    member = member_queries.get(order.member_id)
    who = _names_of([step.actor for step in order.steps])
    return render_template("staff/points/order.html", order=order, member=member, form=form, who=who), form.status


def _names_of(labels: Iterable[str]) -> Callable[[str], str]:
    """Return a function that names whoever stands in a label such as ``staff:12``, as staff read it."""
    ids = [int(label.partition(":")[2]) for label in labels if label.startswith("staff:")]
    people = staff_queries.people_by_id(ids)

    def who(label: str) -> str:
        kind, _colon, number = label.partition(":")
        person = people.get(int(number)) if kind == "staff" else None
        return (
            person.name
            if person
            else {"member": _("the member"), "staff": _("the club's staff")}.get(kind, _("the system"))
        )

    return who


# --- members -----------------------------------------------------------------------------------------------------------


@bp.get(f"/members/<{ID}:member_id>")
@staff_can(Permission.SEE_ACCOUNTS)
def account(member_id: int) -> Any:
    """Show a member's points as the member sees them, with orders, and the form for points by hand."""
    return _account_page(_member(member_id, Permission.SEE_ACCOUNTS), GoodwillForm())


@bp.post(f"/members/<{ID}:member_id>/goodwill")
@staff_can(Permission.GIVE)
def give(member_id: int) -> Any:
    """Give points by hand; above what one person may give, propose it to a second one."""
    _member(member_id, Permission.GIVE)
    form = GoodwillForm()
    if form.submitted():
        with refusals_shown_on(form):
            flash(_give_or_propose(member_id, form), "success")
            return redirect(url_for("points_staff.account", member_id=member_id), code=303)
    return _account_page(_member(member_id, Permission.SEE_ACCOUNTS), form)


def _give_or_propose(member_id: int, form: GoodwillForm) -> str:
    values: dict[str, Any] = form.values()
    try:
        operations.give_goodwill(member_id, actor=current_actor(), **values)
    except NeedsSecondPerson as refusal:
        operations.propose_goodwill(member_id, actor=current_actor(), **values)
        return _(
            "Proposed. Above %(limit)s points a second person decides; nothing has been booked yet.",
            limit=refusal.facts["limit"],
        )
    return _("%(points)s points given.", points=values["amount"])


@bp.get(f"/members/<{ID}:member_id>/entries/<{ID}:entry_id>")
@staff_can(Permission.SEE_ACCOUNTS)
def entry(member_id: int, entry_id: int) -> str:
    """Show what stands behind a line of a member's statement."""
    member = _member(member_id, Permission.SEE_ACCOUNTS)
    life = found_or_404(queries.entry_for(member_id, entry_id))
    return render_template(
        "staff/points/entry.html",
        member=member,
        life=life,
        names=queries.occasion_names(),
        line_url=lambda other: url_for("points_staff.entry", member_id=member_id, entry_id=other),
    )


def _member(member_id: int, permission: Permission) -> Member:
    member = found_or_404(member_queries.get(member_id))
    return found_or_404(member if queries.may_see_member(current_staff, permission, member_id) else None)


def _account_page(member: Member, form: GoodwillForm) -> tuple[str, int]:
    page = queries.statement(member.id, cursor=request.args.get("after"))
    text = render_template(
        "staff/points/account.html",
        member=member,
        standing=queries.account_of(member.id),
        page=page,
        who=_names_of([entry.actor for entry in page.items]),
        orders=queries.redemptions_of(member.id, size=5),
        names=queries.occasion_names(),
        form=form,
    )
    return text, form.status


# --- rewards -----------------------------------------------------------------------------------------------------------


@bp.get("/rewards")
@staff_can(Permission.EDIT_REWARDS)
def rewards() -> str:
    """List all rewards, drafts and withdrawn ones too."""
    state = request.args.get("state", "")
    page = queries.rewards_for_staff(current_staff, state=state, cursor=request.args.get("after"))
    states = [("", _("All")), *((one.value, one.label) for one in RewardState)]
    return render_template("staff/points/rewards.html", page=page, state=state, states=states)


@bp.route("/rewards/new", methods=["GET", "POST"])
@staff_can(Permission.EDIT_REWARDS)
def new_reward() -> Any:
    """Write a new reward as a draft."""
    form = _reward_form(None)
    if form.submitted():
        with refusals_shown_on(form):
            made = operations.write_reward(actor=current_actor(), **form.facts())
            flash(_("Saved as a draft. Members see it once you put it on offer."), "success")
            return redirect(url_for("points_staff.reward", reward_id=made.id), code=303)
    return _reward_page(None, form)


@bp.route(f"/rewards/<{ID}:reward_id>", methods=["GET", "POST"])
@staff_can(Permission.EDIT_REWARDS)
def reward(reward_id: int) -> Any:
    """Show and change a reward."""
    found = found_or_404(queries.reward_for_staff(current_staff, reward_id))
    form = _reward_form(found)
    if form.submitted():
        facts = form.facts()
        facts.pop("stock")
        with refusals_shown_on(form):
            operations.write_reward(reward_id, actor=current_actor(), **facts)
            flash(_("Saved."), "success")
            return redirect(url_for("points_staff.reward", reward_id=reward_id), code=303)
    return _reward_page(reward_id, form)


@bp.post(f"/rewards/<{ID}:reward_id>/stock")
@staff_can(Permission.EDIT_REWARDS)
def stock(reward_id: int) -> Any:
    """Add pieces to the stock or take some out."""
    found = found_or_404(queries.reward_for_staff(current_staff, reward_id))
    form = StockForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.adjust_stock(reward_id, actor=current_actor(), **form.values())
            flash(_("Stock changed."), "success")
            return redirect(url_for("points_staff.reward", reward_id=reward_id), code=303)
    return _reward_page(found.id, _reward_form(found), stock_form=form)


@bp.post(f"/rewards/<{ID}:reward_id>/publication")
@staff_can(Permission.EDIT_REWARDS)
def publish(reward_id: int) -> Any:
    """Put a reward on offer."""
    return _move(reward_id, operations.publish_reward, _("On offer now."))


@bp.post(f"/rewards/<{ID}:reward_id>/withdrawal")
@staff_can(Permission.EDIT_REWARDS)
def withdraw(reward_id: int) -> Any:
    """Take a reward off the offer."""
    return _move(reward_id, operations.withdraw_reward, _("Withdrawn. Orders that stand are honoured."))


def _move(reward_id: int, verb: Any, done: str) -> Any:
    found_or_404(queries.reward_for_staff(current_staff, reward_id))
    try:
        verb(reward_id, actor=current_actor())
        flash(done, "success")
    except Refused as refusal:
        flash(str(refusal), "error")
    return redirect(url_for("points_staff.reward", reward_id=reward_id), code=303)


def _reward_form(reward: Reward | None) -> RewardForm:
    tiers = [("", _("All members")), *((tier.code, tier.name) for tier in queries.tiers_in_force()[1:])]
    return RewardForm.of(reward, tiers, _places(reward))


def _places(reward: Reward | None) -> list[tuple[str, str]]:
    """Return the places a reward may be for: those inside the scope of whoever writes it, and where it is already."""
    scope = staff_queries.scope_of(current_staff, Permission.EDIT_REWARDS)
    places = [("", _("The whole group"))] if scope.everything else []
    for unit in staff_queries.units():
        code = f"{unit.city_code or ''}/{unit.project_code}" if unit.project_code else unit.city_code
        if code and scope.covers(city_code=unit.city_code, project_code=unit.project_code):
            places.append((code, unit.name))
    if reward is not None:
        places.append((place_of(reward), reward.project_code or reward.city_code or _("The whole group")))
    return list(dict(reversed(places)).items())[::-1]


def _reward_page(reward_id: int | None, form: RewardForm, stock_form: Form | None = None) -> tuple[str, int]:
    reward = queries.reward_for_staff(current_staff, reward_id) if reward_id else None
    text = render_template(
        "staff/points/reward.html", reward=reward, form=form, stock_form=stock_form or StockForm(formdata=None)
    )
    return text, max(form.status, stock_form.status if stock_form else 200)


# --- rules -------------------------------------------------------------------------------------------------------------


@bp.get("/rules")
@staff_can(Permission.SEE_RULES)
def rules() -> str:
    """Show the tiers and earning rules in force."""
    return render_template("staff/points/rules.html", tiers=queries.tiers_in_force(), rules=queries.rules_in_force())
