"""The floor: what Flask, a session, one query, one template or one durable INSERT cost by themselves on this machine.

``/page?kb=NN`` reads a signed cookie session, makes one query and renders a template of the given size; ``POST /write`` makes
one durable INSERT from a form. Served by the same server with the same workers as the portal.
"""

import os
import sqlite3
import threading
from functools import lru_cache

from flask import Flask, redirect, render_template_string, request, session

app = Flask(__name__)
app.config.update(SECRET_KEY=os.environ.get("FLOOR_SECRET", "the floor's secret is no secret at all"))
_local = threading.local()
ROW = "<li class='list-row'><a href='/x/{{ n }}'>{{ name }} {{ n }}</a> <span>{{ note }}</span> 一行普通的文字，长短和门户的一行差不多</li>\n"


def _connection() -> sqlite3.Connection:
    if not hasattr(_local, "connection"):
        connection = sqlite3.connect(os.environ["FLOOR_DATABASE"], isolation_level=None, timeout=10)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS person (id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, person_id INTEGER, text TEXT)")
        connection.execute("INSERT OR IGNORE INTO person VALUES (1, '周予安')")
        _local.connection = connection
    connection: sqlite3.Connection = _local.connection
    return connection


@lru_cache(maxsize=32)
def _template(kb: int) -> str:
    """A page of about ``kb`` kilobytes: mostly text, with a loop of twenty rows that print three values each."""
    loop = "{% for n in range(20) %}" + ROW + "{% endfor %}"
    filler = "<p>固定的文字，像页眉、导航和页脚那样每页都有。</p>\n" * max(0, (kb * 1024 - 20 * 150) // 78)
    return f"<!DOCTYPE html><html><body><h1>{{{{ name }}}}</h1><ul>{loop}</ul>{filler}</body></html>"


@app.get("/page")
def page() -> str:
    """Answer as a bare page does."""
    person_id = session.get("person", 1)
    (name,) = _connection().execute("SELECT name FROM person WHERE id = ?", (person_id,)).fetchone()
    return render_template_string(_template(int(request.args.get("kb", "20"))), name=name, note="2026-11-23")


@app.post("/write")
def write() -> object:
    """Answer as a bare form does: one durable INSERT, one redirect."""
    person_id = session.get("person", 1)
    connection = _connection()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO entry (person_id, text) VALUES (?, ?)", (person_id, request.form.get("text", "")))
    connection.execute("COMMIT")
    return redirect("/page", code=303)


@app.get("/healthz")
def live() -> str:
    """Say that the process answers."""
    return "ok"
