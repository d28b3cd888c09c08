"""What comes from outside, read: text and plain values in, plain values out.

The rules are one for flows, executions and the asset API. Nothing in here knows Django, the
database or a request.
"""
