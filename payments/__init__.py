"""Money that comes in and goes back: orders, payments, refunds.

Nothing costs money yet; the package has its floor between members and events so that paid events find it there.

Glossary: 订单 = order · 支付 = payment · 退款 = refund.
"""
