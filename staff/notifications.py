"""What staff are told by mail."""

from kernel.messages import send_mail
from kernel.settings import settings
from staff.models import StaffPerson


def send_password_link(person: StaffPerson, token: str) -> None:
    """Write the mail with the link that sets the password."""
    if person.mail:
        send_mail(
            person.mail,
            "staff/password_link",
            locale="zh_Hans_CN",
            name=person.name,
            login=person.login,
            url=f"{settings().public_url}/staff/invitations/{token}",
            brand=settings().brand,
        )
