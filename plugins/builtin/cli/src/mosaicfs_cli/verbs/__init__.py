"""One file a verb: EXAMPLES, `run(call)`, and `arguments(parser)` where it takes some.

A file imports at its top only what the help of the verb needs; what it does is imported where it is done.
"""
