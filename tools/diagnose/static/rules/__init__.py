"""What is looked for: each rule is one small function, beside others of its kind."""
