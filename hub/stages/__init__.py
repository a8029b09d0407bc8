"""The verbs of the hub: harvest, resolve, compile, release, and the cycle that does them all.

Each fetches, calls the pure part, and stores; each has one transaction policy, said at its top.
"""
