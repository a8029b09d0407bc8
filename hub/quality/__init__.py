"""Is it fit? `gate` judges one record, `expectations` a whole harvest. Pure: values in, verdicts out."""
