"""The people of the back office: who they are, where they stand in the organisation, and what they may do there.

A person signs in with a password and a second factor; a role is a set of permissions, held within a part of the
organisation (group, city company, project, team) for a time. What two people must agree on is a proposal that takes
effect when somebody else approves it.

Glossary: 员工 = staff person · 组织 = org unit · 集团 = group · 城市公司 = city company · 项目 = project · 团队 = team ·
角色 = role · 授权 = grant · 权限 = permission · 管辖范围 = scope · 双人审批 = proposal · 动态口令 = one-time code (TOTP) ·
恢复码 = recovery code · 邀请 = invitation · 替岗人 = deputy.
"""
