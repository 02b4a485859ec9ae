"""What a packet is as a point, what can become of it, and what its host knows without any rule."""
