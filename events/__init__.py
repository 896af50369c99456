"""Events: what the club invites to, who takes part, and who stood at the door.

A member signs up a party that is counted in heads; nobody beyond the capacity is ever seated, and whoever does not fit
waits in an order that everybody waiting can read. At the door a party is let in head by head, exactly once, and the
points for coming are granted there.

活动 = event; 报名 = registration (sign-up); 同行 = party; 人数 = heads; 候补 = waiting list; 递补名额 = offer;
候补记录 = queue log; 票 = ticket; 签到 = check-in; 爽约 = no-show; 开放日 = open day; 框架开放 = frame opening;
成品开放 = finished opening; 客户关怀 = care; 组织参观 = group visit; 入住仪式 = move-in ceremony; 真情互动 = dialogue.
"""
