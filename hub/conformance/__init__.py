"""The conformance suite: black-box checks of the whole feed protocol, against any implementation.

    reader.py ──► survey.py ──► Seen ──► manifest, http, changes, snapshot, buckets … ──► ledger ──► report
    one answer    what to ask   what was read     pure: each code seen right or wrong       verdicts

table.toml is the one table of checks: code, severity, what is asked and what to do, in English and in French.
The reading is our own: the hub's forgives what it can, and a suite must see what was forgiven.
"""
