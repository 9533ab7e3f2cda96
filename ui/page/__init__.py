"""The chat page: the conversation beside the letter it is about."""
