"""What Enterprise Tester does beyond the verbs."""
