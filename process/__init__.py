"""Hearth as a process of the machine: its sockets, its service manager, its log, its loop."""
