"""Kills at random moments of loading, and what was promised all the same: python -m benchmarks.kills"""
