"""Points of the club: a ledger of lots that can explain every point, tiers, and the rewards that points buy.

Nothing but ``points.ledger`` writes entries, lots and allocations; everything that earns or costs points calls
``points.operations``. Expiry is a fact of time and not of a job, a refund goes back into the lots it came from, and what
was earned wrongly becomes visible debt and never a silent zero.

Glossary: 积分 = (spendable) points · 成长值 = qualifying points · 账户 = account · 流水 = entry · 批次 = lot · 分配 = allocation ·
预占 = hold · 待生效 = pending · 欠分 = debt · 追回 = clawback · 过期 = expiry · 等级 = tier (银卡, 金卡, 铂金, 钻石) · 积分规则 = earning
rule · 场合 = occasion · 好礼 = reward · 兑换 = redemption · 领取码 = pick-up code · 发放 = hand over · 补偿积分 = goodwill · 预算 = budget.
"""
