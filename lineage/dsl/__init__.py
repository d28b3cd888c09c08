"""The flow language: YAML text in, a validated flow out; a declaration and a context in, bundles out.

Nothing in here knows Django, the database or a request.
"""
