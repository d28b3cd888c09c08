"""OpenLineage: events and facets in, plain values out. Nothing in here knows Django or a request.

`events` reads one event, `naming` makes ids of names, `state` adds up what the events of one run
have said, `facets` tells what facets mean for an asset and how they read to people.
"""
