"""Questions that pages, commands and the API ask; they read and never write."""
