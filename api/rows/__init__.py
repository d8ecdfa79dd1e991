"""The rows of lists, as JSON that PostgreSQL writes: one statement a list. The serializers say what it looks like."""
