"""What goes on after a visit: steps and their days, the meeting, the bereavement register."""
