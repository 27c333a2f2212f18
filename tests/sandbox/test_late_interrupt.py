"""An interrupt is meant for the Cell that runs; it goes by way of the zygote, which may be slow."""

import threading
from typing import Any

from mlpilot.sandbox.pool import PoolSession
from mlpilot.sandbox.protocol import Pool


def test_an_interrupt_that_is_late_spares_the_next_cell(pool: Pool) -> None:
    """A Cell that ends by itself just as it is interrupted, and a zygote that is slow to pass the interrupt on."""
    with pool.session() as session:
        assert isinstance(session, PoolSession)
        order = session.box._order
        slowed: list[threading.Timer] = []

        def late(message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
            if message["do"] != "interrupt":
                order(message, fds)
                return
            slowed.append(threading.Timer(0.5, order, (message, fds)))
            slowed[-1].start()

        session.box._order = late  # type: ignore[method-assign]
        assert (
            session.run(f"print('x' * {2 * session.box.limits.output_bytes})", timeout=20).status == "too_much_output"
        )
        after = session.run("import time\ntime.sleep(1)\nprint(6 * 7)", timeout=20)
        assert slowed
        assert (after.status, after.stdout) == ("ok", "42\n")
