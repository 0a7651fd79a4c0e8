"""Moving partners between systems: one record per partner, in JSON Lines, a JSON array or CSV.

`docs/operators.md` describes the format. `records` reads and checks, `importing` writes, `exporting` gives it back.
"""
