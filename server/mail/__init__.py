"""Sends queued e-mails: fetches them from the database, renders and delivers them."""
