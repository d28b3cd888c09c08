"""Exporters at work: read what is new, make events of it, deliver them, remember how far.

`shipping` is one run from claim to log. It delivers at least once: `position` moves only past
what the receiver has taken, or what is kept to be tried again.
"""
