"""What a run costs: rates, the estimate before, the count after."""
