"""The command line of this package: the first administrators."""

import click

from kernel.actor import SYSTEM
from kernel.settings import settings
from staff import operations
from staff.errors import LoginTaken, TwoAdministratorsExist
from staff.views import bp


@bp.cli.command("first-admin")
@click.option("--login", prompt=True, help="The login, for example zhou.yuan.")
@click.option("--name", prompt=True, help="The name as on the badge.")
@click.option("--mail", prompt=True, help="The work mail.")
def first_admin(login: str, name: str, mail: str) -> None:
    """Make one of the first two administrators and print the link that sets the password."""
    operations.plant_defaults(actor=SYSTEM)
    try:
        _person, token = operations.make_first_administrator(login=login, name=name, mail=mail, actor=SYSTEM)
    except (TwoAdministratorsExist, LoginTaken) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"{settings().public_url}/staff/invitations/{token}")
    click.echo("The link works once, for 72 hours.")
