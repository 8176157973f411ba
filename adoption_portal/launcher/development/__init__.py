"""What only `make test`, `make check` and `make messages` need; never run by the portal."""
