"""Root fields: guard, input and body in one eyeful."""
