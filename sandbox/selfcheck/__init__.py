"""What a sandbox promises, put to the test in a running one: seen from inside, from the host, and by trying."""
