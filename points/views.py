"""The pages of members: rewards, the points statement and what stands behind each line, orders with their codes."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from kernel import clock
from kernel.access import current_actor, current_member, found_or_404, member_only, public
from kernel.errors import Refused
from kernel.forms import refusals_shown_on
from points import operations, queries, rules
from points.codes import in_two_lines, qr_of
from points.forms import CancelForm, RedeemForm
from points.models import Redemption, RedemptionState, Reward, RewardKind
from points.operations.redeeming import offer_of

bp = Blueprint("points", __name__)
ID = "int(max=9007199254740991)"


# --- rewards -----------------------------------------------------------------------------------------------------------


@bp.get("/rewards/")
@public
def rewards() -> str:
    """Show what points buy; members may narrow it to what they can afford."""
    kind, affordable = request.args.get("kind", ""), bool(request.args.get("affordable"))
    standing = queries.account_of(current_member.id) if current_member else None
    page = queries.rewards(
        kind=kind, at_most=standing.available if standing and affordable else None, cursor=request.args.get("after")
    )
    return render_template(
        "points/rewards.html",
        page=page,
        standing=standing,
        kinds=list(RewardKind),
        kind=kind,
        affordable=affordable,
        tiers={tier.code: tier for tier in queries.tiers_in_force()},
    )


@bp.get(f"/rewards/<{ID}:reward_id>")
@public
def reward(reward_id: int) -> str:
    """Show a reward, and to members the form to redeem it."""
    return _reward_page(found_or_404(queries.reward_shown(reward_id)), RedeemForm())[0]


@bp.post(f"/rewards/<{ID}:reward_id>/redemptions")
@member_only
def redeem(reward_id: int) -> Any:
    """Redeem a reward."""
    found_or_404(queries.reward_shown(reward_id))
    form = RedeemForm()
    if form.submitted():
        with refusals_shown_on(form):
            made = operations.redeem(reward_id, member_id=current_member.id, actor=current_actor(), **form.values())
            if made.state is RedemptionState.READY:
                flash(_("Redeemed. Your pick-up code is below."), "success")
            else:
                flash(_("Redeemed. We will tell you when it is ready; come and collect it then."), "success")
            return redirect(url_for("points.redemption", redemption_id=made.id), code=303)
    return _reward_page(found_or_404(queries.reward_shown(reward_id)), form)


def _reward_page(reward: Reward, form: RedeemForm) -> tuple[str, int]:
    standing = queries.account_of(current_member.id) if current_member else None
    had = queries.had_of(current_member.id, reward.id) if current_member else 0
    offer = offer_of(reward)
    page = render_template(
        "points/reward.html",
        reward=reward,
        form=form,
        standing=standing,
        offer=offer,
        ends_on=rules.last_day_before(reward.ends_at) if reward.ends_at else None,
        most=rules.most_possible(offer, had=had),
        hindrance=_hindrance(offer, standing, had),
    )
    return page, form.status


def _hindrance(offer: rules.Offer, standing: queries.Standing | None, had: int) -> Refused | None:
    """Return what would stand in the way of one piece, so that the page says it before the button is pressed."""
    if standing is None:
        return None
    return rules.hindrance(
        offer, usable=standing.available, debt=standing.debt, rank=standing.tier.rank, had=had, now=clock.now()
    )


# --- the statement -----------------------------------------------------------------------------------------------------


@bp.get("/me/points/")
@member_only
def statement() -> str:
    """Show the points, the tier and the way to the next one, what expires next, and every movement."""
    direction = request.args.get("direction", "")
    page = queries.statement(current_member.id, direction=direction, cursor=request.args.get("after"))
    return render_template(
        "points/statement.html",
        standing=queries.account_of(current_member.id),
        page=page,
        names=queries.occasion_names(),
        pending=queries.pending_of([entry.id for entry in page.items]),
        direction=direction,
    )


@bp.get(f"/me/points/entries/<{ID}:entry_id>")
@member_only
def entry(entry_id: int) -> str:
    """Show where points came from, when they die, what they bought, what came back."""
    life = found_or_404(queries.entry_for(current_member.id, entry_id))
    return render_template("points/entry.html", life=life, names=queries.occasion_names(), line_url=_entry_url)


def _entry_url(entry_id: int) -> str:
    return url_for("points.entry", entry_id=entry_id)


@bp.get("/me/points/expiring")
@member_only
def expiring() -> str:
    """List the points by the day they expire, and the lots they lie in."""
    return render_template(
        "points/expiring.html",
        standing=queries.account_of(current_member.id),
        lots=queries.lots_of(current_member.id),
        names=queries.occasion_names(),
    )


@bp.get("/me/points/tier")
@member_only
def tier() -> str:
    """Show the tiers, the own one, what keeps it, and its history."""
    standing, tiers = queries.account_of(current_member.id), queries.tiers_in_force()
    return render_template(
        "points/tier.html",
        standing=standing,
        last_day=rules.last_day_before(standing.tier_until) if standing.tier_until else None,
        tiers=tiers,
        tier_names={tier.code: tier.name for tier in tiers},
        history=queries.tier_history(current_member.id),
        rules=[rule for rule in queries.rules_in_force() if rule.active and (rule.amount or rule.qualifying)],
    )


# --- orders ------------------------------------------------------------------------------------------------------------


@bp.get("/me/points/redemptions")
@member_only
def redemptions() -> str:
    """List the member's orders."""
    page = queries.redemptions_of(current_member.id, cursor=request.args.get("after"))
    return render_template("points/redemptions.html", page=page)


@bp.get(f"/me/points/redemptions/<{ID}:redemption_id>")
@member_only
def redemption(redemption_id: int) -> Any:
    """Show an order with its pick-up code."""
    return _redemption_page(_own(redemption_id), CancelForm())


@bp.post(f"/me/points/redemptions/<{ID}:redemption_id>/cancellation")
@member_only
def cancel(redemption_id: int) -> Any:
    """Cancel an order that has not been handed over."""
    _own(redemption_id)
    form = CancelForm()
    if form.submitted():
        with refusals_shown_on(form):
            operations.cancel_redemption(redemption_id, actor=current_actor())
            flash(_("Cancelled. The points are back in your account."), "success")
            return redirect(url_for("points.redemption", redemption_id=redemption_id), code=303)
    return _redemption_page(_own(redemption_id), form)


def _own(redemption_id: int) -> Redemption:
    return found_or_404(queries.redemption_for(current_member.id, redemption_id))


def _redemption_page(redemption: Redemption, form: CancelForm) -> tuple[str, int]:
    code_svg = qr_of(redemption.code.code) if redemption.is_open else None
    page = render_template(
        "points/redemption.html",
        redemption=redemption,
        form=form,
        code_svg=code_svg,
        spoken=in_two_lines(redemption.code),
    )
    return page, form.status
