"""Tests of the whole federation, in the same tree as what they test."""
