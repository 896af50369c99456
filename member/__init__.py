"""Members of the club: joining, signing in, profile, consents and the inbox.

A member is a person whose mobile number has been proven; the number is the one key to the account. What somebody agreed
to is kept as a history that only grows, one row per purpose and decision. Higher floors hear of a new member through
``signals.joined`` and write to a member through ``operations.notify``.

Glossary: 会员 = member · 会员号 = member number · 入会 = join · 登录 = sign in · 验证码 = code · 同意 = consent · 用途 = purpose ·
撤回 = withdraw · 站内信 = notice · 收件箱 = inbox · 推荐码 = referral code · 归档 = archive · 退会 = leave · 昵称 = nickname.
"""
