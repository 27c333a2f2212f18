"""From a script that fails to one that is proven to work: run, diagnose, edit as little as can be, run again."""
