"""Repairs, complaints, enquiries and suggestions, from the first word to the confirmed result, and the public board.

Every request is a case with a number, a person who has it and promised times that are computed from what happened and
never stored as truth. Status, class, visibility and evidence step are four separate things: hiding a post stops no clock,
and a solved case may still be read by everybody.

Glossary: 工单 = case · 报修 = repair · 投诉 = complaint · 咨询 = enquiry · 建议 = suggestion · 状态 = status · 一般/重要/热点/重大 =
severity (class) · 公开范围 = visibility · 八步 = evidence steps · 首次答复 = first reply (R1) · 后续答复 = next reply (R2) ·
解决时限 = solve (S) · 紧急到场 = attendance (E) · 留言 = message · 公开答复 = public reply · 内部备注 = internal note ·
投诉看板 = board · 屏蔽 = hide · 升级 = escalate · 退回 = return · 撤回 = withdraw · 不受理 = decline.
"""
