"""The kamervraag command, also as `python -m ui`."""

from __future__ import annotations

import atexit
import gc
import os
from typing import NoReturn

# the products of numpy here are small: more threads would spin longer than they work, half of what an answer costs
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from ui.cli import main


def run() -> NoReturn:
    """Run the command and end the process at once.

    Taking every library apart again lasts as long as answering; what has to be put away is put away before.
    """
    # nothing that imports leave behind is worth looking for; switched on again for what runs long
    gc.disable()
    status: object = 0
    try:
        main()
    except SystemExit as done:
        status = done.code
    atexit._run_exitfuncs()
    os._exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    run()
