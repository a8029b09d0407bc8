"""From the files and APIs a network already keeps to payloads of the contract."""
