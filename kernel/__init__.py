"""What every package needs and no package owns: the transaction, the clock, the audit trail, the outbox, the doors.

The kernel knows no noun of the club. It is the only place that commits, the only reader of the clock, and the only one
that talks to the file store, the mail server and the SMS gateway.

Glossary: 操作 = operation (one transaction) · 操作人 = actor · 审计 = audit · 发件箱 = outbox · 一次性表单键 = form key ·
任务 = job · 设置 = settings.
"""
