"""Import therapy sessions with their audio, and let those hear it who may."""
