"""What happens to a call: menus, actions, ringing, leaving and hearing messages."""
