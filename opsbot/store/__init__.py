"""What opsbot remembers, in SQLite or PostgreSQL."""
