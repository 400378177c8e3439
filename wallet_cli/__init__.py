"""The wallet: a person keeps credentials and decides who sees which item of them."""
