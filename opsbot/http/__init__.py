"""What opsbot answers over HTTP."""
