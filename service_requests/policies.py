"""Who may do what with cases."""

import enum


class Permission(enum.Enum):
    """What a person of the staff may do in the domain of service requests."""

    READ = "service_requests.read"
    """Read cases of the own scope with their conversation and internal notes."""
    REPLY = "service_requests.reply"
    """Reply to members in public, ask them, and record calls."""
    NOTE = "service_requests.note"
    """Write internal notes and evidence records."""
    ASSIGN = "service_requests.assign"
    """Accept cases, hand them to a person, agree visits, and raise a class."""
    RESOLVE = "service_requests.resolve"
    """Report a result and lead a case from one status to the next."""
    DECLINE = "service_requests.decline"
    """Decline a case with reasons, take it up after an appeal, and lower a class."""
    HIDE_POSTS = "service_requests.hide_posts"
    """Hide a post from the public board for one of the legal reasons, and show it again."""
    FILE_ON_BEHALF = "service_requests.file_on_behalf"
    """File a case for a member who called or stands at the counter."""
    CONTACT = "service_requests.contact"
    """See a member's telephone and home in full; each look is written down."""
