"""Whether a peer's books add up, as they are on its disk after it was stopped and opened again."""


def problems(books):
    """What does not add up, in words; [] when all does. The books: orders `sent` and told as done,
    `repeats` among them, `answers` that are kept, orders `sold`, `entries` in the ledger with their
    `units`, and the units `taken` from the stock."""
    rules = (
        (books["sent"] == books["answers"] + books["repeats"],
         "{sent} orders were answered, {answers} answers are kept and {repeats} were repeats"),
        (books["sold"] == books["answers"], "{answers} answers, {sold} of them sold"),
        (books["entries"] == books["sold"], "{sold} orders sold, {entries} ledger entries"),
        (books["units"] == books["taken"], "{units} units in the ledger, {taken} out of stock"),
        (books["units"] == books["entries"], "{entries} entries of a unit each make {units} units"),
        (books["repeats"] * 100 <= books["sent"], "{repeats} of {sent} orders were repeats"),
    )
    return [text.format(**books) for holds, text in rules if not holds]
