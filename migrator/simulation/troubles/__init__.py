"""What goes wrong beside a journey: kinds of trouble, what makes them happen, and the machine that processes run on."""
