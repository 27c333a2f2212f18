"""The Journal's tables."""

import sqlalchemy as sa

metadata = sa.MetaData()

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("run", sa.String, primary_key=True),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False, doc="running, interrupted, finished or failed"),
    sa.Column("spec", sa.JSON, nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False, doc="what was learnt on the way: task, columns, notes, sandbox, best"),
    sa.Column("data_hash", sa.String, doc="of the rows, to count looks across Runs"),
    sa.Column("active", sa.Float, nullable=False, doc="seconds spent so far"),
)
solutions = sa.Table(
    "solutions",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("complexity", sa.Integer, nullable=False),
)
experiments = sa.Table(
    "experiments",
    metadata,
    sa.Column("run", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("decision", sa.JSON, nullable=False, doc="the Brain's word, journaled before it is used"),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("parent", sa.Integer),
    sa.Column("members", sa.JSON, nullable=False),
    sa.Column("solution", sa.String),
    sa.Column("params", sa.JSON, nullable=False),
    sa.Column("key", sa.String, doc="what decides the result; see agent/keys.py"),
    sa.Column("status", sa.String, nullable=False, doc="open, scored, rejected or failed"),
    sa.Column("score", sa.JSON),
    sa.Column("comparison", sa.JSON),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("reused", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("run", sa.String, primary_key=True),
    sa.Column("experiment", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("solution", sa.String, nullable=False),
    sa.Column("key", sa.String, nullable=False, doc="what decides the result; see agent/keys.py"),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("failure", sa.JSON, doc="what was seen: the kernel's error, or the Judge's reason"),
    sa.Column("diagnosis", sa.JSON),
    sa.Column("repair", sa.Text, nullable=False),
)
folds = sa.Table(
    "folds",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("fold", sa.Integer, primary_key=True),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("prediction", sa.LargeBinary, nullable=False, doc="checked by the Judge; a .npy"),
)
test_looks = sa.Table(
    "test_looks",
    metadata,
    sa.Column("data_hash", sa.String, primary_key=True),
    sa.Column("run", sa.String, primary_key=True),
)
calls = sa.Table(
    "calls",
    metadata,
    sa.Column("run", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("place", sa.String, nullable=False, doc="what for (`write 5`): how a resumed Run finds it"),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("endpoint", sa.String, nullable=False),
    sa.Column("prompt", sa.String, nullable=False, doc="names and versions of the prompt files"),
    sa.Column("status", sa.String, nullable=False, doc="sent, read, unreadable, or why there was no reply"),
    sa.Column("reply", sa.Text, nullable=False),
    sa.Column("finish", sa.String, nullable=False),
    sa.Column("trouble", sa.Text, nullable=False, doc="what was wrong with the reply, or why there was none"),
    sa.Column("prompt_tokens", sa.Integer, nullable=False),
    sa.Column("completion_tokens", sa.Integer, nullable=False),
    sa.Column("estimated", sa.Boolean, nullable=False),
    sa.Column("cost", sa.Float, nullable=False, doc="US dollars"),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("first_seconds", sa.Float, nullable=False),
)
switches = sa.Table(
    "switches",
    metadata,
    sa.Column("run", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("before", sa.String, nullable=False),
    sa.Column("after", sa.String, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
