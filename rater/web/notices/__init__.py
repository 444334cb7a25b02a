"""What a person is told, and whether by mail too."""
