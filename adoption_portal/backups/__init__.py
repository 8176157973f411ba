"""A backup is one file: the database as of one instant, and the uploads that instant knows of.

``keys/`` and ``mail/`` of the data folder are never in it: with a key and the database somebody
could open the answers of a survey, and mail is written to be sent.
"""
