"""Estates and homes: what is built where, whose it is, and how the building of it goes on.

Homes come from the contract ledger (合同台账) of the sales system, are bound to members by proof, and carry a stage that
decides what their owners are shown. Each building has its milestones, its forecasts that are never overwritten, and its
construction updates, which are seen by exactly those they are meant for.

Glossary: 城市 city, 项目 project, 期 phase, 楼栋 building, 单元 unit, 房号 room, 房屋 home, 合同台账 contract ledger,
买受人 buyer, 房产绑定 binding, 业主 owner, 有利/不利因素 favourable/unfavourable factor, 红线 red line,
工程节点 milestone, 预计 forecast, 工程进展 construction update, 交付 handover, 预售许可证 pre-sale permit.
"""
