"""What encoding, finding and answering cost, at sizes that no sample reaches: `yidao-index bench`.

passages    text for any number of passages, recombined from the samples
vectors     their vectors: encoded for the first ones, drawn from the same distribution for the rest
filling     a throw-away library of them
probe       a process that opens such a library as a bot does, and measures
stages      what each step of an answer costs
report      the figures, for people and as JSON
"""
