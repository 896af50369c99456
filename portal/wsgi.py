"""The application that a WSGI server imports; it refuses to start on a database that would lose a write."""

from portal import create_app, installation

app = create_app()
with app.app_context():
    installation.self_test()
