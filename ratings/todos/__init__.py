"""The to-dos of this app (``accounts.todo_list``)."""
