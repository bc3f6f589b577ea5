"""The last results as tables in the README, between two markers."""

import json
from pathlib import Path

from benchmark.figures import cache_folder, number_words

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"


def write_readme(subjects: list[str]) -> None:
    """Put the kept results of these subjects into the README; those that never ran are left out."""
    text = README.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{README} has no place for results: it needs the lines {BEGIN} and {END}.")
    README.write_text(f"{before}{BEGIN}\n{_results(subjects)}{END}{after}", encoding="utf-8")
    print(f"wrote the results into {README}")


def _results(subjects: list[str]) -> str:
    parts: list[str] = []
    for subject in subjects:
        file = cache_folder() / "results" / f"{subject}.json"
        if file.exists():
            parts.append(_table(json.loads(file.read_text())))
    return "\n".join(parts) or "No results yet.\n"


def _table(result: dict) -> str:
    rows = [
        f"| {row['name']} | {number_words(row['value'])} {row['unit']} | {_ratio(row)} | {row['goal']} |"
        for row in result["figures"]
    ]
    rounds = f"medians of {result['rounds']} rounds" if result["rounds"] > 1 else "one round"
    head = f"`{result['subject']}`, {result['date']}, {rounds}, on {result['machine']}:\n"
    return "\n".join([head, "| what | figure | beside | goal |", "|---|---|---|---|", *rows, ""])


def _ratio(row: dict) -> str:
    return "" if row["ratio"] is None else f"{row['ratio']:.2f} × {row['beside']}"
