"""A scratch database on a server that is already there: ``version|create|drop URL [NAME]``."""

import sys

import psycopg
from psycopg import sql


def main(verb: str, url: str, name: str = "") -> int:
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        return 1
    with connection:
        if verb == "version":
            print(connection.info.server_version // 10000)
            return 0
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        if verb == "create":
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
