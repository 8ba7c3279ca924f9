"""What opsbot talks about: pure values and the rules over them."""
