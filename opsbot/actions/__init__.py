"""What opsbot does: one function per verb."""
