"""What runs when: crontab lines in UTC (Shanghai is eight hours ahead) and the job's name. Every job is safe to repeat."""

SCHEDULE: list[tuple[str, str]] = [
    ("5 16 * * *", "points.expire"),
    ("15 16 * * *", "points.review_tiers"),
    ("25 16 * * *", "points.lapse_orders"),
    ("*/5 * * * *", "points.release_holds"),
    ("7 * * * *", "events.repair_queues"),
    ("*/2 * * * *", "service_requests.escalate"),
    ("20 * * * *", "service_requests.close_silent"),
    ("40 17 * * *", "files.sweep"),
    ("50 17 * * *", "homes.forget_ledgers"),
    ("10 18 * * *", "member.forget_codes"),
]
