"""Small real trainings, faulty and healthy, written from a number; and what `mlpilot fix` makes of them."""
