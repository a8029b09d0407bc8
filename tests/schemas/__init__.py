"""Tests of the contract between a node and the hub."""
