"""A simulated organisation: invented people, invented work, one seed; its pages say so.

The cases come from the generator in ``cases``, never from a real log.
"""
