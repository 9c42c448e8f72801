import hashlib
import socket

print("Shipped in my own image: $TOKEN")

# There is nothing to change here. The next line is a seal: it is another one in each container, and shows that this
# file ran in it.
print("seal:", hashlib.sha256(f"$TOKEN {socket.gethostname()}".encode()).hexdigest()[:8])
