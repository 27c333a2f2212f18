"""How a program is read without being run: names, values, calls, statement by statement."""
