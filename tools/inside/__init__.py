"""What runs inside a Session: it may import nothing of mlpilot, for nothing of mlpilot is there."""
