"""What SD Elements does that its fixtures cannot declare."""
