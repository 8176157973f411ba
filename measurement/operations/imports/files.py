"""Where delivered cases wait on disk."""

from measurement.queries.deliveries import SHELF

path_of = SHELF.path_of
stored = SHELF.stored
open_stored = SHELF.open_stored
names_before = SHELF.names_before
discard = SHELF.discard
