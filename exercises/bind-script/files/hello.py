# Run this file inside a container. There is nothing to change in it.
print("You made it! $TOKEN")
