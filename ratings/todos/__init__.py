"""What waits for whom in this app (``accounts.todo_list``)."""
