"""A command that uses the embedded server of the checkout it is given: `… database_user.py BASE`.

Says `ready`, answers each line of SQL with the first value of its first row, and leaves at the
end of its input.
"""

import sys
from pathlib import Path

import psycopg

from config.postgres import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print("ready", flush=True)
    for line in sys.stdin:
        with psycopg.connect(server.url, autocommit=True) as connection:
            cursor = connection.execute(line.encode())
            print((cursor.fetchone() or [""])[0] if cursor.description else "done", flush=True)
