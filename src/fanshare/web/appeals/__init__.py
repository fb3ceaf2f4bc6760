"""Appeals: those concerned object."""
