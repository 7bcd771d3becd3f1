"""Jira's query language: text to a tree, a tree to the issues it matches, in the order it asks for."""
