"""How the benchmarks print what they found."""

from __future__ import annotations


def line(name: str, figure: str, note: str = "") -> None:
    """Print one figure."""
    print(f"  {name:<54}{figure:>24}   {note}".rstrip(), flush=True)


def verdict(name: str, value: float, target: float) -> bool:
    """Print whether a target holds."""
    print(f"  {'ok  ' if value >= target else 'MISS'} {value:5.2f} {name} (>= {target:g})", flush=True)
    return value >= target


def bound(name: str, value: float, most: float) -> bool:
    """Print whether a figure stays within what it may be."""
    print(f"  {'ok  ' if value <= most else 'MISS'} {value:5.2f} {name} (<= {most:g})", flush=True)
    return value <= most
