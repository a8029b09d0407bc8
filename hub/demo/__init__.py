"""The demonstration federation: twelve real nodes on this machine, harvested, published and served in one command.

    federation.toml ──► nodes (processes) ──► cycle ──► report ──► portal

It is a door like the command line, and uses the nodes only as a network would: by their commands and their feeds.
"""
