"""What every program must do that answers hooks in a process of its own, whatever language it is written in."""
