"""``fanshare doctor``: what is wrong or waiting, and what to do about it."""

import typer

from fanshare.cli.session import session, single

app = single()
_MARKS = {"ok": "ok  ", "warn": "look", "bad": "BAD "}


@app.command()
def doctor(ctx: typer.Context) -> None:
    """Look at connections, parked messages, signatures, disk, memory, keys and clock. Changes nothing."""
    from fanshare.flows.doctor import examine
    from fanshare.jobs.spool_facts import spool_facts
    from fanshare.upkeep.memory import memory_facts

    this = session(ctx)
    with this.installation() as opened:
        home = opened.settings.home
        spool = spool_facts(opened.conn, home, opened.keys)
        memory = memory_facts(home, without=frozenset([opened.conn.info.backend_pid]))
        remarks = examine(opened.conn, home, opened.keys, opened.clock(), spool=spool, memory=memory)
    rows = [{"level": one.level, "code": one.code, "sentence": one.sentence} for one in remarks]
    ok = all(row["level"] != "bad" for row in rows)
    this.out.result({"ok": ok, "remarks": rows}, [f"{_MARKS[row['level']]} {row['sentence']}" for row in rows])
    if not ok:
        raise typer.Exit(1)
