"""The contract between a network's node and the national hub.

What a record is, how it is validated, spelled and hashed, and how it crosses the wire. Imports nothing of ours.
"""
