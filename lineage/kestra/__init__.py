"""Kestra's shapes: its execution JSON in and out. Nothing in here asks the database."""
