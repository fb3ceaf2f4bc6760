"""Files of other tools, read as what they say of people, rates, links, codes and balances."""
