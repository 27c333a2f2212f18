"""Programs with one known fault each, their repaired versions, and programs without fault: see README.md here."""
