"""What is to be done and what is done. The table is the truth; Huey only carries the call."""
