print("Shipped in my own image: $TOKEN")
