"""What the SDK generates from Spin's interfaces, as far as key-value stores are concerned."""
