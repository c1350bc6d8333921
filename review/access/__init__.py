"""Who comes in: accounts, passwords, second factors, the city's directory, sessions and what each page asks of them."""
