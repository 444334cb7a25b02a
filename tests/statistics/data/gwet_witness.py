"""Gwet's coefficients by irrCAC 0.4.4, which needs pandas 2; run: python gwet_witness.py > gwet.csv."""

import pandas as pd
from irrCAC.raw import CAC

FOUR_RATERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
table = pd.DataFrame(FOUR_RATERS).T.astype(float)
print("weights,value,low,high")
for weights, declared in (("identity", [1, 2, 3, 4, 5]), ("linear", [1, 2, 3, 4, 5]), ("quadratic", [1, 2, 3, 4, 5])):
    found = CAC(table, weights=weights, categories=declared, digits=10).gwet()["est"]
    print(f"{weights},{found['coefficient_value']},{found['confidence_interval'][0]},{found['confidence_interval'][1]}")
