"""The program office's console: is work changing, where, what is stuck (decision 0064)."""
