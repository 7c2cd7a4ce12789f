"""Accounts as used: who somebody is, what a carrier keeps, who works here."""
