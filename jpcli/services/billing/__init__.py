"""What a month comes to: previews, adjustments, forecasts, groups."""
