"""The VS Code door: tasks, inputs and problem matchers, merged into a workspace's `.vscode/tasks.json`."""
