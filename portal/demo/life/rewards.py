"""The shelf of rewards, and who redeemed what."""

from datetime import timedelta
from typing import Any

from kernel import clock
from points import operations as points
from points import queries as point_queries
from points.models import Delivery, RewardKind
from portal.demo.life.story import Story, actor_of, key, on

REWARDS = [
    ("定制帆布袋", "Canvas bag", RewardKind.GIFT, Delivery.PICK_UP, 80, 60, "厚帆布，米白色，约 38×42 厘米，一个。"),
    ("家庭工具箱", "Household tool box", RewardKind.GIFT, Delivery.PICK_UP, 200, 12, "29 件套，含卷尺、扳手、螺丝刀，一套。"),
    ("空调清洗一次", "One air-conditioner cleaning", RewardKind.SERVICE_VOUCHER, Delivery.VOUCHER, 150, 100, "壁挂机一台，预约上门，有效期 60 天。"),
    ("物业费抵用券 50 元", "Property fee voucher, 50 yuan", RewardKind.PROPERTY_FEE_VOUCHER, Delivery.VOUCHER, 250, None, "抵扣本人名下房屋物业费 50 元，不找零。"),
    ("再购优惠：望榕雅苑二期总价减 1%", "1 % off the second phase of Wangrong Garden", RewardKind.PURCHASE_BENEFIT, Delivery.VOUCHER, 1_000, 50, "限望榕雅苑二期，签约前出示，与其他优惠是否同享以认购书为准。"),
    ("亲子陶艺体验名额", "A place at the pottery class", RewardKind.EVENT_PLACE, Delivery.VOUCHER, 100, 20, "一大一小，含材料，日期由会所通知。"),
]  # fmt: skip


def stock_rewards(story: Story) -> None:
    """Put rewards on offer."""

    def stock_the_shelf() -> None:
        for n, (name, english, kind, delivery, price, stock, text) in enumerate(REWARDS):
            facts: dict[str, Any] = {
                "kind": kind, "delivery": delivery, "name_zh": name, "name_en": english, "description_zh": text,
                "description_en": english + ".", "price": price, "stock": stock, "member_limit": 3, "city_code": "SZ",
                "desk": "翠澜湾会所前台，每日 9:00–18:00" if delivery is Delivery.PICK_UP else "",
            }  # fmt: skip
            if kind is RewardKind.PURCHASE_BENEFIT:
                facts |= {"benefit_percent": 1, "project_code": "GZ-WJY", "city_code": "GZ"}
            reward = points.write_reward(key=key(f"reward-{n}"), actor=story.staff["admin"], **facts)
            points.publish_reward(reward.id, actor=story.staff["admin"])

    story.then(clock.shanghai(on(2022, 12, 1), 9), stock_the_shelf)


def redeem_some(story: Story) -> None:
    """Let members redeem some of them, and staff hand them over."""
    for n, (mobile, day, wanted) in enumerate(
        (
            ("19900000001", on(2024, 2, 3), 0),
            ("19900000004", on(2024, 6, 8), 0),
            ("19900000001", on(2026, 11, 20), 0),
            ("19900000005", on(2026, 11, 21), 0),
        )
    ):

        def redeem(mobile: str = mobile, wanted: int = wanted, n: int = n) -> None:
            actor = actor_of(mobile)
            reward = point_queries.rewards(size=24).items[wanted]
            redemption = points.redeem(reward.id, member_id=actor.id, key=key(f"redeem-{n}"), actor=actor)
            if n == 0:
                story.then(
                    clock.now() + timedelta(days=1),
                    lambda: points.mark_ready(redemption.id, actor=story.staff["admin"]),
                )

        story.then(clock.shanghai(day, 11), redeem)
