"""The post: letters are fetched from the database, written out and handed to a carrier."""
