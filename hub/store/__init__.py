"""What the hub keeps: one module per thing kept. All SQL on the working database is here.

Functions take a connection and never commit: the transaction belongs to the stage that calls.
"""
